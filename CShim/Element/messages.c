/* Messages, logging and tags: macros and variadic functions of GStreamer. */
#include "v2a_element.h"
#include "v2a_watermark.h"

GST_DEBUG_CATEGORY_STATIC(v2a_debug);
#define GST_CAT_DEFAULT category()

static GstDebugCategory *category(void) {
  static gsize once = 0;
  if (g_once_init_enter(&once)) {
    GST_DEBUG_CATEGORY_INIT(v2a_debug, "v2a", 0, "video to audio");
    g_once_init_leave(&once, 1);
  }
  return v2a_debug;
}

void v2a_post_error(GstElement *element, V2AErrorKind kind, const char *text, const char *debug) {
  switch (kind) {
    case V2A_ERROR_NOT_FOUND: GST_ELEMENT_ERROR(element, RESOURCE, NOT_FOUND, ("%s", text), ("%s", debug)); break;
    case V2A_ERROR_MODEL: GST_ELEMENT_ERROR(element, LIBRARY, INIT, ("%s", text), ("%s", debug)); break;
    case V2A_ERROR_SETTINGS: GST_ELEMENT_ERROR(element, LIBRARY, SETTINGS, ("%s", text), ("%s", debug)); break;
    case V2A_ERROR_FAILED: GST_ELEMENT_ERROR(element, STREAM, FAILED, ("%s", text), ("%s", debug)); break;
    case V2A_ERROR_FORMAT: GST_ELEMENT_ERROR(element, STREAM, FORMAT, ("%s", text), ("%s", debug)); break;
    case V2A_ERROR_NOT_NEGOTIATED: GST_ELEMENT_ERROR(element, CORE, NEGOTIATION, ("%s", text), ("%s", debug)); break;
  }
}

void v2a_post_flow_error(GstElement *element, GstFlowReturn flow) { GST_ELEMENT_FLOW_ERROR(element, flow); }

void v2a_post_warning(GstElement *element, const char *text) {
  GST_ELEMENT_WARNING(element, STREAM, FAILED, ("%s", text), (NULL));
}

void v2a_post_slow_warning(GstElement *element, const char *text, const char *debug) {
  GST_ELEMENT_WARNING(element, CORE, CLOCK, ("%s", text), ("%s", debug));
}

int v2a_log_threshold(void) { return (int)gst_debug_category_get_threshold(category()); }

void v2a_log(GstElement *element, int level, const char *text) {
  GST_CAT_LEVEL_LOG(category(), (GstDebugLevel)level, element, "%s", text);
}

void v2a_post_window(GstElement *element, const V2AWindow *w) {
  GstStructure *s = gst_structure_new(
      "v2a-window", "pad", G_TYPE_STRING, w->pad, "pts", G_TYPE_UINT64, w->pts, "duration", G_TYPE_UINT64, w->duration,
      "running-time", G_TYPE_UINT64, w->running_time, "stream-time", G_TYPE_UINT64, w->stream_time, "steps", G_TYPE_INT,
      w->steps, "seconds", G_TYPE_DOUBLE, w->seconds, "seed", G_TYPE_UINT64, w->seed, "classes", G_TYPE_STRING, w->classes,
      "confidence", G_TYPE_DOUBLE, w->confidence, "prompt", G_TYPE_STRING, w->prompt, "negative-prompt", G_TYPE_STRING, w->negative_prompt, "layers", G_TYPE_STRING, w->layers, NULL);
  gst_element_post_message(element, gst_message_new_element(GST_OBJECT(element), s));
}

GstTagList *v2a_soundtrack_tags(const GstTagList *tags, const char *title, const char *identifier) {
  static const char *const video_only[] = {GST_TAG_VIDEO_CODEC,     GST_TAG_CODEC,           GST_TAG_BITRATE,
                                           GST_TAG_MAXIMUM_BITRATE, GST_TAG_MINIMUM_BITRATE, GST_TAG_NOMINAL_BITRATE,
                                           GST_TAG_ENCODER,         GST_TAG_ENCODER_VERSION, GST_TAG_AUDIO_CODEC,
                                           GST_TAG_IMAGE_ORIENTATION};
  GstTagList *out = tags ? gst_tag_list_copy(tags) : gst_tag_list_new_empty();
  gst_tag_list_set_scope(out, GST_TAG_SCOPE_STREAM);
  for (guint i = 0; i < G_N_ELEMENTS(video_only); i++) gst_tag_list_remove_tag(out, video_only[i]);
  if (title) gst_tag_list_add(out, GST_TAG_MERGE_REPLACE, GST_TAG_TITLE, title, NULL);
  v2a_tag_generated(out, identifier);
  return out;
}
