/**
 * SECTION:element-v2a
 * @title: v2a
 *
 * Gives silent video a soundtrack: looks at the pictures, and generates 48 kHz audio that fits them and an optional prompt,
 * window by window, while the video streams.
 *
 * Latency in live pipelines is upstream's plus #GstV2A:hop (a chunk's pictures must have been seen), the look-ahead (5
 * latents, 0.213 s) and the measured processing time. In files, memory does not grow with resolution or length.
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
#include "v2a_element.h"

typedef struct {
  GstElement parent;
  GstPad *sink, *src;
  void *impl;
} GstV2A;

typedef struct {
  GstElementClass parent;
} GstV2AClass;

G_DEFINE_TYPE(GstV2A, gst_v2a, GST_TYPE_ELEMENT)
#define GST_V2A(object) ((GstV2A *)(object))
GST_ELEMENT_REGISTER_DEFINE(v2a, "v2a", GST_RANK_NONE, V2A_TYPE_ELEMENT)

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(GST_VIDEO_CAPS_MAKE(GST_VIDEO_FORMATS_ALL)));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE(
    "src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS("audio/x-raw, format = F32LE, rate = 48000, channels = [ 1, 2 ], layout = interleaved"));

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec) {
  if (id >= V2A_PROP_MODEL && id < V2A_PROP_WINDOW)
    v2a_element_set_property(GST_V2A(object)->impl, (int)id, value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec) {
  if (id >= V2A_PROP_MODEL && id <= V2A_PROP_WINDOW)
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
  return v2a_element_src_query(GST_V2A(parent)->impl, query) || gst_pad_query_default(pad, parent, query);
}

static gboolean src_activate(GstPad *pad, GstObject *parent, GstPadMode mode, gboolean active) {
  return mode == GST_PAD_MODE_PUSH && v2a_element_src_activate(GST_V2A(parent)->impl, active);
}

#define MUTABLE (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)
#define FIXED (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)

static void gst_v2a_class_init(GstV2AClass *class) {
  GObjectClass *object = G_OBJECT_CLASS(class);
  GstElementClass *element = GST_ELEMENT_CLASS(class);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  element->change_state = GST_DEBUG_FUNCPTR(change_state);

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
                         0, 20, V2A_DEFAULT_GUIDANCE_SCALE, MUTABLE));
  g_object_class_install_property(
      object, V2A_PROP_STEPS,
      g_param_spec_int("steps", "Steps", "Steps of the sampler per chunk: work grows in proportion", 1, 200,
                       V2A_DEFAULT_STEPS, MUTABLE));
  g_object_class_install_property(
      object, V2A_PROP_SEED,
      g_param_spec_uint64("seed", "Seed", "Seed of all noise: the same seed gives the same soundtrack, another one another",
                          0, G_MAXUINT64, 0, FIXED));
  g_object_class_install_property(
      object, V2A_PROP_HOP,
      g_param_spec_uint64("hop", "Hop",
                          "New sound per chunk in nanoseconds, in steps of 2048 samples (42.7 ms); counts towards latency",
                          G_GUINT64_CONSTANT(170666667), V2A_MAXIMUM_SPAN, V2A_DEFAULT_HOP, FIXED));
  g_object_class_install_property(
      object, V2A_PROP_CONTEXT,
      g_param_spec_uint64("context", "Context",
                          "Sound already made that a chunk continues, in nanoseconds, in steps of 2048 samples", 0,
                          V2A_MAXIMUM_SPAN, V2A_DEFAULT_CONTEXT, FIXED));
  g_object_class_install_property(
      object, V2A_PROP_WINDOW,
      g_param_spec_uint64("window", "Window", "Context plus hop as they are used, in nanoseconds", 0, G_MAXUINT64,
                          V2A_DEFAULT_HOP + V2A_DEFAULT_CONTEXT, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));

  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
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
  gst_pad_set_query_function(self->src, GST_DEBUG_FUNCPTR(src_query));
  gst_pad_set_activatemode_function(self->src, GST_DEBUG_FUNCPTR(src_activate));
  gst_pad_use_fixed_caps(self->src);
  gst_element_add_pad(GST_ELEMENT(self), self->sink);
  gst_element_add_pad(GST_ELEMENT(self), self->src);
  self->impl = v2a_element_new(GST_ELEMENT(self), self->sink, self->src);
}
