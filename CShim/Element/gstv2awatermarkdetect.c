/**
 * SECTION:element-v2awatermarkdetect
 * @title: v2awatermarkdetect
 *
 * Passes audio through and says whether it is marked: an element message `v2a-watermark` every half second, over the last ten
 * seconds, and one with `final` set at the end of the stream. Fields: present, score, confidence, payload (when it could be
 * read), start-time, stop-time, tempo, pitch, final.
 *
 * ## Example launch line
 * |[
 * gst-launch-1.0 -m filesrc location=in.mp3 ! decodebin ! audioconvert ! audioresample ! v2awatermarkdetect ! fakesink
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
} GstV2AWatermarkDetect;

typedef struct {
  GstBaseTransformClass parent;
} GstV2AWatermarkDetectClass;

G_DEFINE_TYPE(GstV2AWatermarkDetect, gst_v2a_watermark_detect, GST_TYPE_BASE_TRANSFORM)
#define SELF(object) ((GstV2AWatermarkDetect *)(object))
#define PARENT GST_BASE_TRANSFORM_CLASS(gst_v2a_watermark_detect_parent_class)
GST_ELEMENT_REGISTER_DEFINE(v2awatermarkdetect, "v2awatermarkdetect", GST_RANK_NONE, V2A_TYPE_WATERMARK_DETECT)

static GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(V2A_AUDIO_CAPS));
static GstStaticPadTemplate src_template =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(V2A_AUDIO_CAPS));

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec) {
  v2a_finder_set_property(SELF(object)->impl, (int)id, value);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec) {
  v2a_finder_get_property(SELF(object)->impl, (int)id, value);
}

static void finalize(GObject *object) {
  v2a_finder_free(SELF(object)->impl);
  G_OBJECT_CLASS(gst_v2a_watermark_detect_parent_class)->finalize(object);
}

static gboolean set_caps(GstBaseTransform *base, GstCaps *in, GstCaps *out) {
  GstAudioInfo info;
  if (!gst_audio_info_from_caps(&info, in)) return FALSE;
  v2a_finder_start(SELF(base)->impl, GST_AUDIO_INFO_CHANNELS(&info));
  return TRUE;
}

static gboolean stop(GstBaseTransform *base) {
  v2a_finder_forget(SELF(base)->impl);
  return TRUE;
}

static GstFlowReturn transform_ip(GstBaseTransform *base, GstBuffer *buffer) {
  v2a_finder_listen(SELF(base)->impl, buffer);
  return GST_FLOW_OK;
}

static gboolean sink_event(GstBaseTransform *base, GstEvent *event) {
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_CAPS:
    case GST_EVENT_SEGMENT:
    case GST_EVENT_SEGMENT_DONE:
    case GST_EVENT_EOS: v2a_finder_finish(SELF(base)->impl); break;
    case GST_EVENT_FLUSH_STOP: v2a_finder_forget(SELF(base)->impl); break;
    default: break;
  }
  return PARENT->sink_event(base, event);
}

static void gst_v2a_watermark_detect_class_init(GstV2AWatermarkDetectClass *class) {
  GObjectClass *object = G_OBJECT_CLASS(class);
  GstElementClass *element = GST_ELEMENT_CLASS(class);
  GstBaseTransformClass *base = GST_BASE_TRANSFORM_CLASS(class);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  base->set_caps = GST_DEBUG_FUNCPTR(set_caps);
  base->stop = GST_DEBUG_FUNCPTR(stop);
  base->transform_ip = GST_DEBUG_FUNCPTR(transform_ip);
  base->sink_event = GST_DEBUG_FUNCPTR(sink_event);
  base->passthrough_on_same_caps = TRUE;
  base->transform_ip_on_passthrough = TRUE;
  v2a_install_mark_properties(object, PROP_PAYLOAD, "payload", PROP_KEY, "key");
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "Audio watermark detector", "Analyzer/Audio",
                                        "Says whether audio bears the mark of gst-v2a, and which payload",
                                        "gst-v2a developers <https://github.com/gst-v2a>");
}

static void gst_v2a_watermark_detect_init(GstV2AWatermarkDetect *self) {
  self->impl = v2a_finder_new(GST_ELEMENT(self));
}
