/**
 * SECTION:element-v2a
 * @title: v2a
 *
 * Gives silent video a soundtrack: looks at the pictures, and generates 48 kHz audio that fits them and an optional prompt,
 * window by window, while the video streams.
 *
 * ## Latency
 *
 * Live latency is upstream's, plus #GstV2A:hop (the pictures of a window must have been seen), plus the look-ahead (5.5
 * latents of 42.7 ms, down to 1.5 at hops of 0.2 s, and the time to the next picture), plus the time that a window takes to compute. That time is half of
 * the hop until it has been measured, and a changed measurement is announced with a latency message. When a window would come
 * later than promised, #GstV2A:late-policy decides; sound goes on without a gap, QoS messages tell what was left out, and a
 * warning what to change. In files, memory does not grow with resolution or length.
 *
 * ## Timed prompts
 *
 * The request pad `prompt_sink` takes text, for instance from subparse: while a cue lasts, its lines are the prompt, and its
 * lines that begin with `-` the negative prompt. Between cues the properties apply.
 *
 * ## Variations
 *
 * Every request pad `src_%u` gives another soundtrack of the same pictures, with #GstV2APad:seed and prompts of its own. The
 * pictures are looked at once, and all variations go through the diffusion transformer together. A pad that comes while the
 * stream runs joins at the next window, fading in, and goes on from what the first pad has sounded like.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 filesrc location=in.mp4 ! decodebin ! v2a prompt="rain" ! wavenc ! filesink location=out.wav
 * ]|
 *
 * Behind a tee, the video's branch needs an unlimited queue (max-size-time=0 max-size-bytes=0 max-size-buffers=0), because
 * sound comes a window later than its picture.
 *
 * Since: 0.1
 */
#include "v2a_caps.h"
#include "v2a_element.h"
#include "v2a_watermark.h"

typedef struct {
  GstElement parent;
  GstPad *sink, *src;
  void *impl;
} GstV2A;

typedef struct {
  GstElementClass parent;
} GstV2AClass;

static void child_proxy_init(gpointer interface, gpointer data);
G_DEFINE_TYPE_WITH_CODE(GstV2A, gst_v2a, GST_TYPE_ELEMENT,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_CHILD_PROXY, child_proxy_init))
#define GST_V2A(object) ((GstV2A *)(object))
GST_ELEMENT_REGISTER_DEFINE(v2a, "v2a", GST_RANK_NONE, V2A_TYPE_ELEMENT)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(GST_VIDEO_FORMATS_ALL)));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE(
    "src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS(V2A_AUDIO_CAPS));
static GstStaticPadTemplate variation_template = GST_STATIC_PAD_TEMPLATE(
    "src_%u", GST_PAD_SRC, GST_PAD_REQUEST,
    GST_STATIC_CAPS(V2A_AUDIO_CAPS));
static GstStaticPadTemplate prompt_template = GST_STATIC_PAD_TEMPLATE(
    "prompt_sink", GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS("text/x-raw, format = { utf8, pango-markup }"));

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec) {
  if (id >= V2A_PROP_MODEL && id <= V2A_PROP_WATERMARK_KEY && id != V2A_PROP_WINDOW)
    v2a_element_set_property(GST_V2A(object)->impl, (int)id, value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec) {
  if (id >= V2A_PROP_MODEL && id <= V2A_PROP_WATERMARK_KEY)
    v2a_element_get_property(GST_V2A(object)->impl, (int)id, value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void finalize(GObject *object) {
  v2a_element_free(GST_V2A(object)->impl);
  G_OBJECT_CLASS(gst_v2a_parent_class)->finalize(object);
}

static GstStateChangeReturn change_state(GstElement *element, GstStateChange transition) {
  GstV2A *self = GST_V2A(element);
  if (!v2a_element_will_change(self->impl, transition)) return GST_STATE_CHANGE_FAILURE;
  GstStateChangeReturn result = GST_ELEMENT_CLASS(gst_v2a_parent_class)->change_state(element, transition);
  if (result == GST_STATE_CHANGE_FAILURE && transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    v2a_element_will_change(self->impl, GST_STATE_CHANGE_PAUSED_TO_READY);
  if (result != GST_STATE_CHANGE_FAILURE || transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    v2a_element_did_change(self->impl, transition);
  return result;
}

static GstFlowReturn chain(GstPad *pad, GstObject *parent, GstBuffer *buffer) {
  return v2a_element_chain(GST_V2A(parent)->impl, buffer);
}

static gboolean sink_event(GstPad *pad, GstObject *parent, GstEvent *event) {
  return v2a_element_sink_event(GST_V2A(parent)->impl, event);
}

static gboolean sink_query(GstPad *pad, GstObject *parent, GstQuery *query) {
  return v2a_element_sink_query(GST_V2A(parent)->impl, query) || gst_pad_query_default(pad, parent, query);
}

static gboolean src_query(GstPad *pad, GstObject *parent, GstQuery *query) {
  int answered = v2a_element_src_query(GST_V2A(parent)->impl, pad, query);
  return answered < 0 ? gst_pad_query_default(pad, parent, query) : answered;
}

static gboolean src_event(GstPad *pad, GstObject *parent, GstEvent *event) {
  return v2a_element_src_event(GST_V2A(parent)->impl, pad, event);
}

/* A pad that joins a running element is activated before it has a parent. */
static gboolean src_activate(GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active) {
  GstV2A *self = gst_pad_get_element_private(pad);
  return mode == GST_PAD_MODE_PUSH && v2a_element_src_activate(self->impl, pad, active);
}

static GstFlowReturn prompt_chain(GstPad *pad, GstObject *parent, GstBuffer *buffer) {
  return v2a_element_prompt_chain(GST_V2A(parent)->impl, buffer);
}

static gboolean prompt_event(GstPad *pad, GstObject *parent, GstEvent *event) {
  return v2a_element_prompt_event(GST_V2A(parent)->impl, event);
}

static void set_up_source(GstV2A *self, GstPad *pad) {
  gst_pad_set_element_private(pad, self);
  gst_pad_set_query_function(pad, GST_DEBUG_FUNCPTR(src_query));
  gst_pad_set_event_function(pad, GST_DEBUG_FUNCPTR(src_event));
  gst_pad_set_activatemode_function(pad, GST_DEBUG_FUNCPTR(src_activate));
  gst_pad_use_fixed_caps(pad);
}

static gboolean is_running(GstElement *element) {
  return GST_STATE(element) > GST_STATE_READY || GST_STATE_NEXT(element) == GST_STATE_PAUSED;
}

static GstPad *request_new_pad(GstElement *element, GstPadTemplate *template, const char *name, const GstCaps *caps) {
  GstV2A *self = GST_V2A(element);
  GstPad *pad;
  if (GST_PAD_TEMPLATE_DIRECTION(template) == GST_PAD_SRC) {
    pad = v2a_pad_new(element, template, name);
    set_up_source(self, pad);
    v2a_element_add_src(self->impl, pad);
  } else {
    pad = gst_pad_new_from_template(template, "prompt_sink");
    gst_pad_set_chain_function(pad, GST_DEBUG_FUNCPTR(prompt_chain));
    gst_pad_set_event_function(pad, GST_DEBUG_FUNCPTR(prompt_event));
    if (!v2a_element_add_prompts(self->impl, pad)) {
      gst_object_unref(gst_object_ref_sink(pad));
      return NULL;
    }
  }
  if (is_running(element)) gst_pad_set_active(pad, TRUE);
  gst_element_add_pad(element, pad);
  gst_child_proxy_child_added(GST_CHILD_PROXY(element), G_OBJECT(pad), GST_OBJECT_NAME(pad));
  return pad;
}

static void release_pad(GstElement *element, GstPad *pad) {
  GstV2A *self = GST_V2A(element);
  gst_pad_set_active(pad, FALSE);
  if (GST_PAD_DIRECTION(pad) == GST_PAD_SRC)
    v2a_element_remove_src(self->impl, pad);
  else
    v2a_element_remove_prompts(self->impl);
  gst_child_proxy_child_removed(GST_CHILD_PROXY(element), G_OBJECT(pad), GST_OBJECT_NAME(pad));
  gst_element_remove_pad(element, pad);
}

/* Properties of pads by name, as in `v2a src_0::seed=3` on a command line. */
static GObject *child_by_index(GstChildProxy *proxy, guint index) {
  GST_OBJECT_LOCK(proxy);
  GObject *pad = g_list_nth_data(GST_ELEMENT(proxy)->pads, index);
  if (pad) g_object_ref(pad);
  GST_OBJECT_UNLOCK(proxy);
  return pad;
}

static guint children_count(GstChildProxy *proxy) { return GST_ELEMENT(proxy)->numpads; }

static void child_proxy_init(gpointer interface, gpointer data) {
  GstChildProxyInterface *proxy = interface;
  proxy->get_child_by_index = child_by_index;
  proxy->get_children_count = children_count;
}

#define MUTABLE (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)
#define CONTROLLABLE (MUTABLE | GST_PARAM_CONTROLLABLE)
#define FIXED (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)

static void gst_v2a_class_init(GstV2AClass *class) {
  GObjectClass *object = G_OBJECT_CLASS(class);
  GstElementClass *element = GST_ELEMENT_CLASS(class);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  element->change_state = GST_DEBUG_FUNCPTR(change_state);
  element->request_new_pad = GST_DEBUG_FUNCPTR(request_new_pad);
  element->release_pad = GST_DEBUG_FUNCPTR(release_pad);

  g_object_class_install_property(
      object, V2A_PROP_MODEL,
      g_param_spec_string("model", "Model", "Folder of the model to use; unset: the embedded model v2a-small", NULL, FIXED));
  g_object_class_install_property(
      object, V2A_PROP_PROMPT,
      g_param_spec_string("prompt", "Prompt",
                          "What shall be heard, in words; empty: the pictures alone decide. Takes effect at the next chunk",
                          "", MUTABLE));
  g_object_class_install_property(
      object, V2A_PROP_NEGATIVE_PROMPT,
      g_param_spec_string("negative-prompt", "Negative prompt",
                          "What shall not be heard, in words. Takes effect at the next chunk", "", MUTABLE));
  g_object_class_install_property(
      object, V2A_PROP_GUIDANCE_SCALE,
      g_param_spec_float("guidance-scale", "Guidance scale",
                         "How strongly picture and prompt steer (1: no guidance, half the work; higher: closer, less varied)",
                         0, 20, V2A_DEFAULT_GUIDANCE_SCALE, CONTROLLABLE));
  g_object_class_install_property(
      object, V2A_PROP_STEPS,
      g_param_spec_int("steps", "Steps", "Steps of the sampler per chunk: work grows in proportion", 1, 200,
                       V2A_DEFAULT_STEPS, CONTROLLABLE));
  g_object_class_install_property(
      object, V2A_PROP_SEED,
      g_param_spec_uint64("seed", "Seed", "Seed of all noise: the same seed gives the same soundtrack, another one another",
                          0, G_MAXUINT64, 0, FIXED));
  g_object_class_install_property(
      object, V2A_PROP_HOP,
      g_param_spec_uint64("hop", "Hop",
                          "New sound per chunk in nanoseconds, in steps of 2048 samples (42.7 ms); counts towards latency",
                          G_GUINT64_CONSTANT(128000000), V2A_MAXIMUM_SPAN, V2A_DEFAULT_HOP, FIXED));
  g_object_class_install_property(
      object, V2A_PROP_CONTEXT,
      g_param_spec_uint64("context", "Context",
                          "Sound already made that a chunk continues, in nanoseconds, in steps of 2048 samples", 0,
                          V2A_MAXIMUM_SPAN, V2A_DEFAULT_CONTEXT, FIXED));
  /**
   * GstV2A:layers:
   *
   * A prompt for two sounds, as in "rain and footsteps", is taken apart: each sound is generated by itself, and they are added. What goes on then
   * does not swell with what happens. It costs as much as another variation, while such a prompt is in force.
   *
   * Since: 0.1
   */
  g_object_class_install_property(
      object, V2A_PROP_LAYERS,
      g_param_spec_int("layers", "Layers", "Sounds of a prompt that are generated apart and added, at most; 1: all at once, for less work", 1, 4,
                       V2A_DEFAULT_LAYERS, MUTABLE));
  g_object_class_install_property(
      object, V2A_PROP_WINDOW,
      g_param_spec_uint64("window", "Window", "Context plus hop as they are used, in nanoseconds", 0, G_MAXUINT64,
                          V2A_DEFAULT_HOP + V2A_DEFAULT_CONTEXT, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
  /**
   * GstV2A:late-policy:
   *
   * Live pipelines only: what to do with a window that would come later than the latency that was promised.
   *
   * Since: 0.1
   */
  g_object_class_install_property(
      object, V2A_PROP_LATE_POLICY,
      g_param_spec_enum("late-policy", "Late policy",
                        "In live pipelines, what to do when the machine cannot compute a window in time", V2A_TYPE_LATE_POLICY,
                        V2A_LATE_FEWER_STEPS, MUTABLE));

  g_object_class_install_property(
      object, V2A_PROP_WATERMARK,
      g_param_spec_boolean("watermark", "Watermark",
                           "Mark the sound, inaudibly, as made by a machine; counts towards latency (21.3 ms)", TRUE, FIXED));
  v2a_install_mark_properties(object, V2A_PROP_WATERMARK_PAYLOAD, "watermark-payload", V2A_PROP_WATERMARK_KEY,
                              "watermark-key");

  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_add_static_pad_template_with_gtype(element, &variation_template, V2A_TYPE_PAD);
  gst_element_class_add_static_pad_template(element, &prompt_template);
  gst_type_mark_as_plugin_api(V2A_TYPE_LATE_POLICY, 0);
  gst_type_mark_as_plugin_api(V2A_TYPE_PAD, 0);
  gst_element_class_set_static_metadata(
      element, "Video to audio", "Converter/Video/Audio",
      "Generates a soundtrack for video by latent diffusion, guided by its pictures and optional prompts",
      "gst-v2a developers <https://github.com/gst-v2a>");
}

static void gst_v2a_init(GstV2A *self) {
  self->sink = gst_pad_new_from_static_template(&sink_template, "sink");
  gst_pad_set_chain_function(self->sink, GST_DEBUG_FUNCPTR(chain));
  gst_pad_set_event_function(self->sink, GST_DEBUG_FUNCPTR(sink_event));
  gst_pad_set_query_function(self->sink, GST_DEBUG_FUNCPTR(sink_query));
  self->src = gst_pad_new_from_static_template(&src_template, "src");
  set_up_source(self, self->src);
  gst_element_add_pad(GST_ELEMENT(self), self->sink);
  gst_element_add_pad(GST_ELEMENT(self), self->src);
  self->impl = v2a_element_new(GST_ELEMENT(self), self->sink);
  v2a_element_add_src(self->impl, self->src);
}

void v2a_on_starving(GstElement *element, void (*call)(void *data), void *data) {
  v2a_element_on_starving(GST_V2A(element)->impl, call, data);
}

guint64 v2a_bin_room(GstElement *element, guint64 level, guint64 most) {
  return v2a_element_bin_room(GST_V2A(element)->impl, level, most);
}
