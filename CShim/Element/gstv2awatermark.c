/**
 * SECTION:element-v2awatermark
 * @title: v2awatermark
 *
 * Marks audio, inaudibly, as made by a machine. As many samples come out as go in, each with its timestamp; 1024 samples
 * (21.3 ms) are held back, which counts towards latency.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 filesrc location=in.wav ! decodebin ! audioconvert ! audioresample ! v2awatermark payload=42 ! wavenc ! filesink location=out.wav
 * ]|
 *
 * Since: 0.1
 */
#include <gst/audio/audio.h>
#include <gst/base/gstbasetransform.h>

#include "v2a_caps.h"
#include "v2a_watermark.h"

enum { PROP_PAYLOAD = 1, PROP_KEY };

typedef struct {
  GstBaseTransform parent;
  void *impl;
} GstV2AWatermark;

typedef struct {
  GstBaseTransformClass parent;
} GstV2AWatermarkClass;

G_DEFINE_TYPE(GstV2AWatermark, gst_v2a_watermark, GST_TYPE_BASE_TRANSFORM)
#define SELF(object) ((GstV2AWatermark *)(object))
#define PARENT GST_BASE_TRANSFORM_CLASS(gst_v2a_watermark_parent_class)
GST_ELEMENT_REGISTER_DEFINE(v2awatermark, "v2awatermark", GST_RANK_NONE, V2A_TYPE_WATERMARK)

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(V2A_AUDIO_CAPS));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(V2A_AUDIO_CAPS));

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec) {
  v2a_marker_set_property(SELF(object)->impl, (int)id, value);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec) {
  v2a_marker_get_property(SELF(object)->impl, (int)id, value);
}

static void finalize(GObject *object) {
  v2a_marker_free(SELF(object)->impl);
  G_OBJECT_CLASS(gst_v2a_watermark_parent_class)->finalize(object);
}

static GstFlowReturn drain(GstBaseTransform *base) {
  GstBuffer *rest = v2a_marker_drain(SELF(base)->impl);
  return rest ? gst_pad_push(GST_BASE_TRANSFORM_SRC_PAD(base), rest) : GST_FLOW_OK;
}

static gboolean set_caps(GstBaseTransform *base, GstCaps *in, GstCaps *out) {
  GstAudioInfo info;
  if (!gst_audio_info_from_caps(&info, in)) return FALSE;
  v2a_marker_start(SELF(base)->impl, GST_AUDIO_INFO_CHANNELS(&info));
  return TRUE;
}

static gboolean stop(GstBaseTransform *base) {
  v2a_marker_forget(SELF(base)->impl);
  return TRUE;
}

static GstFlowReturn submit_input_buffer(GstBaseTransform *base, gboolean is_discont, GstBuffer *input) {
  GstFlowReturn flow = is_discont ? drain(base) : GST_FLOW_OK;
  if (flow != GST_FLOW_OK) {
    gst_buffer_unref(input);
    return flow;
  }
  return PARENT->submit_input_buffer(base, is_discont, input);
}

static GstFlowReturn generate_output(GstBaseTransform *base, GstBuffer **output) {
  GstBuffer *input = base->queued_buf;
  base->queued_buf = NULL;
  *output = input ? v2a_marker_take(SELF(base)->impl, input) : NULL;
  return GST_FLOW_OK;
}

/* Owns `tags`. */
static GstEvent *tagged(GstBaseTransform *base, GstTagList *tags) {
  char *identifier = v2a_marker_identifier(SELF(base)->impl);
  v2a_tag_generated(tags, identifier);
  g_free(identifier);
  return gst_event_new_tag(tags);
}

static gboolean sink_event(GstBaseTransform *base, GstEvent *event) {
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_CAPS:
    case GST_EVENT_SEGMENT:
    case GST_EVENT_SEGMENT_DONE:
    case GST_EVENT_GAP:
    case GST_EVENT_EOS: drain(base); break;
    case GST_EVENT_FLUSH_STOP: v2a_marker_forget(SELF(base)->impl); break;
    case GST_EVENT_TAG: {
      GstTagList *tags;
      gst_event_parse_tag(event, &tags);
      GstEvent *ours = tagged(base, gst_tag_list_copy(tags));
      gst_event_set_seqnum(ours, gst_event_get_seqnum(event));
      gst_event_unref(event);
      event = ours;
      break;
    }
    default: break;
  }
  gboolean is_segment = GST_EVENT_TYPE(event) == GST_EVENT_SEGMENT;
  gboolean handled = PARENT->sink_event(base, event);
  /* Also where upstream has no tags. */
  if (is_segment) gst_pad_push_event(GST_BASE_TRANSFORM_SRC_PAD(base), tagged(base, gst_tag_list_new_empty()));
  return handled;
}

static gboolean query(GstBaseTransform *base, GstPadDirection direction, GstQuery *query) {
  if (!PARENT->query(base, direction, query)) return FALSE;
  if (direction == GST_PAD_SRC && GST_QUERY_TYPE(query) == GST_QUERY_LATENCY) {
    gboolean live;
    GstClockTime min, max;
    gst_query_parse_latency(query, &live, &min, &max);
    min += v2a_marker_latency();
    if (GST_CLOCK_TIME_IS_VALID(max)) max += v2a_marker_latency();
    gst_query_set_latency(query, live, min, max);
  }
  return TRUE;
}

static void gst_v2a_watermark_class_init(GstV2AWatermarkClass *class) {
  GObjectClass *object = G_OBJECT_CLASS(class);
  GstElementClass *element = GST_ELEMENT_CLASS(class);
  GstBaseTransformClass *base = GST_BASE_TRANSFORM_CLASS(class);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  base->set_caps = GST_DEBUG_FUNCPTR(set_caps);
  base->stop = GST_DEBUG_FUNCPTR(stop);
  base->submit_input_buffer = GST_DEBUG_FUNCPTR(submit_input_buffer);
  base->generate_output = GST_DEBUG_FUNCPTR(generate_output);
  base->sink_event = GST_DEBUG_FUNCPTR(sink_event);
  base->query = GST_DEBUG_FUNCPTR(query);
  v2a_install_mark_properties(object, PROP_PAYLOAD, "payload", PROP_KEY, "key");
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "Audio watermark", "Filter/Effect/Audio",
                                        "Marks audio, inaudibly, as made by a machine",
                                        "gst-v2a developers <https://github.com/gst-v2a>");
}

static void gst_v2a_watermark_init(GstV2AWatermark *self) { self->impl = v2a_marker_new(); }
