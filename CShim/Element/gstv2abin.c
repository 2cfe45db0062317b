/**
 * SECTION:element-v2abin
 * @title: v2abin
 *
 * Video in; the same video, and the soundtrack that #GstV2A makes for it, out. The video waits in a queue for its sound, so
 * that any muxer or sinks can follow without thought for the tee.
 *
 * The queue holds as much time as sound comes behind its picture, and a second more. It grows only when it is full while v2a
 * has nothing to do and nothing to push: then the whole pipeline waits for video that the queue keeps back.
 *
 * All properties of v2a are here too, and so is its pad for timed prompts. Request pads `audio_src_%u` are variations: v2a's
 * `src_%u`, whose properties are set as `audio_src_0::seed`.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 uridecodebin3 uri=file:///in.mp4 ! v2abin name=b prompt="rain" b.video_src ! x264enc ! matroskamux name=m ! filesink location=out.mkv b.audio_src ! audioconvert ! opusenc ! m.
 * ]|
 *
 * Since: 0.1
 */
#include "v2a_caps.h"
#include "v2a_element.h"

typedef struct {
  GstBin parent;
  GstElement *v2a, *queue;
} GstV2ABin;

typedef struct {
  GstBinClass parent;
} GstV2ABinClass;

static void child_proxy_init(gpointer interface, gpointer data);
G_DEFINE_TYPE_WITH_CODE(GstV2ABin, gst_v2a_bin, GST_TYPE_BIN,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_CHILD_PROXY, child_proxy_init))
#define GST_V2A_BIN(object) ((GstV2ABin *)(object))
GST_ELEMENT_REGISTER_DEFINE(v2abin, "v2abin", GST_RANK_NONE, gst_v2a_bin_get_type())

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(GST_VIDEO_FORMATS_ALL)));
static GstStaticPadTemplate video_template = GST_STATIC_PAD_TEMPLATE(
    "video_src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(GST_VIDEO_FORMATS_ALL)));
static GstStaticPadTemplate audio_template = GST_STATIC_PAD_TEMPLATE(
    "audio_src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS(V2A_AUDIO_CAPS));
static GstStaticPadTemplate variation_template = GST_STATIC_PAD_TEMPLATE(
    "audio_src_%u", GST_PAD_SRC, GST_PAD_REQUEST,
    GST_STATIC_CAPS(V2A_AUDIO_CAPS));
static GstStaticPadTemplate prompt_template = GST_STATIC_PAD_TEMPLATE(
    "prompt_sink", GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS("text/x-raw, format = { utf8, pango-markup }"));

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec) {
  g_object_set_property(G_OBJECT(GST_V2A_BIN(object)->v2a), spec->name, value);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec) {
  g_object_get_property(G_OBJECT(GST_V2A_BIN(object)->v2a), spec->name, value);
}

/* The same property for another class. */
static GParamSpec *copy_of(GParamSpec *p) {
  const char *name = p->name, *nick = g_param_spec_get_nick(p), *blurb = g_param_spec_get_blurb(p);
  /* Controllers act on v2a itself. */
  GParamFlags flags = p->flags & ~GST_PARAM_CONTROLLABLE;
  if (G_IS_PARAM_SPEC_STRING(p)) return g_param_spec_string(name, nick, blurb, G_PARAM_SPEC_STRING(p)->default_value, flags);
  if (G_IS_PARAM_SPEC_BOOLEAN(p)) return g_param_spec_boolean(name, nick, blurb, G_PARAM_SPEC_BOOLEAN(p)->default_value, flags);
  if (G_IS_PARAM_SPEC_ENUM(p)) return g_param_spec_enum(name, nick, blurb, p->value_type, G_PARAM_SPEC_ENUM(p)->default_value, flags);
#define NUMBER(TYPE, make) \
  if (G_IS_PARAM_SPEC_##TYPE(p)) \
    return make(name, nick, blurb, G_PARAM_SPEC_##TYPE(p)->minimum, G_PARAM_SPEC_##TYPE(p)->maximum, \
                G_PARAM_SPEC_##TYPE(p)->default_value, flags)
  NUMBER(INT, g_param_spec_int);
  NUMBER(UINT, g_param_spec_uint);
  NUMBER(INT64, g_param_spec_int64);
  NUMBER(UINT64, g_param_spec_uint64);
  NUMBER(FLOAT, g_param_spec_float);
  NUMBER(DOUBLE, g_param_spec_double);
#undef NUMBER
  return NULL;
}

/* A queue that is full while v2a starves keeps back the video that the pipeline waits for. */
static void make_room(void *bin) {
  GstElement *queue = GST_V2A_BIN(bin)->queue;
  guint64 level, most;
  g_object_get(queue, "current-level-time", &level, "max-size-time", &most, NULL);
  guint64 room = v2a_bin_room(GST_V2A_BIN(bin)->v2a, level, most);
  if (room != most) g_object_set(queue, "max-size-time", room, NULL);
}

static void overrun(GstElement *queue, gpointer bin) { make_room(bin); }

/* The time that sound takes is known better as the stream goes on. */
static void handle_message(GstBin *bin, GstMessage *message) {
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_LATENCY) make_room(bin);
  GST_BIN_CLASS(gst_v2a_bin_parent_class)->handle_message(bin, message);
}

static GstStateChangeReturn change_state(GstElement *element, GstStateChange transition) {
  GstV2ABin *self = GST_V2A_BIN(element);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) g_object_set(self->queue, "max-size-time", v2a_bin_room(self->v2a, 0, 0), NULL);
  return GST_ELEMENT_CLASS(gst_v2a_bin_parent_class)->change_state(element, transition);
}

/* What v2a's pad `src_%u` is called here begins with this. */
#define OUTER "audio_"

static GstPad *request_new_pad(GstElement *element, GstPadTemplate *template, const char *name, const GstCaps *caps) {
  gboolean is_sound = GST_PAD_TEMPLATE_DIRECTION(template) == GST_PAD_SRC;
  const char *wanted = !is_sound ? "prompt_sink" : name && g_str_has_prefix(name, OUTER) ? name + strlen(OUTER) : "src_%u";
  GstPad *inner = gst_element_request_pad_simple(GST_V2A_BIN(element)->v2a, wanted);
  if (!inner) return NULL;
  char *outer = g_strconcat(is_sound ? OUTER : "", GST_OBJECT_NAME(inner), NULL);
  GstPad *pad = gst_ghost_pad_new_from_template(outer, inner, template);
  gst_pad_set_active(pad, TRUE);
  gst_element_add_pad(element, pad);
  if (is_sound) gst_child_proxy_child_added(GST_CHILD_PROXY(element), G_OBJECT(inner), outer);
  g_free(outer);
  gst_object_unref(inner);
  return pad;
}

static void release_pad(GstElement *element, GstPad *pad) {
  GstPad *inner = gst_ghost_pad_get_target(GST_GHOST_PAD(pad));
  if (inner && GST_PAD_IS_SRC(pad))
    gst_child_proxy_child_removed(GST_CHILD_PROXY(element), G_OBJECT(inner), GST_OBJECT_NAME(pad));
  gst_pad_set_active(pad, FALSE);
  gst_element_remove_pad(element, pad);
  if (inner) {
    gst_element_release_request_pad(GST_V2A_BIN(element)->v2a, inner);
    gst_object_unref(inner);
  }
}

static GstChildProxyInterface *elements;

/* Properties of variations by the names of the bin's pads; all other children are its elements. */
static GObject *child_by_name(GstChildProxy *proxy, const char *name) {
  if (!g_str_has_prefix(name, OUTER "src_")) return elements->get_child_by_name(proxy, name);
  return G_OBJECT(gst_element_get_static_pad(GST_V2A_BIN(proxy)->v2a, name + strlen(OUTER)));
}

static void child_proxy_init(gpointer interface, gpointer data) {
  elements = g_type_interface_peek_parent(interface);
  ((GstChildProxyInterface *)interface)->get_child_by_name = child_by_name;
}

static void gst_v2a_bin_class_init(GstV2ABinClass *class) {
  GObjectClass *object = G_OBJECT_CLASS(class);
  GstElementClass *element = GST_ELEMENT_CLASS(class);
  object->set_property = set_property;
  object->get_property = get_property;
  element->change_state = GST_DEBUG_FUNCPTR(change_state);
  element->request_new_pad = GST_DEBUG_FUNCPTR(request_new_pad);
  element->release_pad = GST_DEBUG_FUNCPTR(release_pad);
  GST_BIN_CLASS(class)->handle_message = GST_DEBUG_FUNCPTR(handle_message);

  GObjectClass *inner = g_type_class_ref(V2A_TYPE_ELEMENT);
  guint count = 0;
  GParamSpec **properties = g_object_class_list_properties(inner, &count);
  for (guint i = 0, id = 1; i < count; i++) {
    GParamSpec *copy = properties[i]->owner_type == V2A_TYPE_ELEMENT ? copy_of(properties[i]) : NULL;
    if (copy) g_object_class_install_property(object, id++, copy);
  }
  g_free(properties);
  g_type_class_unref(inner);

  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &video_template);
  gst_element_class_add_static_pad_template(element, &audio_template);
  gst_element_class_add_static_pad_template(element, &variation_template);
  gst_element_class_add_static_pad_template(element, &prompt_template);
  gst_element_class_set_static_metadata(element, "Video and its soundtrack", "Generic/Bin/Video/Audio",
                                        "Passes video on and adds the soundtrack that v2a makes for it",
                                        "gst-v2a developers <https://github.com/gst-v2a>");
}

static void expose(GstV2ABin *self, GstElement *element, const char *inner, const char *outer, GstStaticPadTemplate *template) {
  GstPad *target = gst_element_get_static_pad(element, inner);
  GstPadTemplate *own = gst_static_pad_template_get(template);
  gst_element_add_pad(GST_ELEMENT(self), gst_ghost_pad_new_from_template(outer, target, own));
  gst_object_unref(own);
  gst_object_unref(target);
}

static void gst_v2a_bin_init(GstV2ABin *self) {
  GstElement *tee = gst_element_factory_make("tee", NULL);
  self->queue = gst_element_factory_make("queue", NULL);
  self->v2a = g_object_new(V2A_TYPE_ELEMENT, "name", "v2a", NULL);
  if (!tee || !self->queue) {
    /* Without the core elements the bin stays empty, and linking it fails. */
    gst_bin_add(GST_BIN(self), self->v2a);
    return;
  }
  g_object_set(self->queue, "max-size-buffers", 0, "max-size-bytes", 0, NULL);
  gst_bin_add_many(GST_BIN(self), tee, self->queue, self->v2a, NULL);
  /* v2a queues by itself: it needs no queue before it. */
  gst_element_link(tee, self->queue);
  gst_element_link(tee, self->v2a);
  expose(self, tee, "sink", "sink", &sink_template);
  expose(self, self->queue, "src", "video_src", &video_template);
  expose(self, self->v2a, "src", "audio_src", &audio_template);
  g_signal_connect(self->queue, "overrun", G_CALLBACK(overrun), self);
  v2a_on_starving(self->v2a, make_room, self);
}
