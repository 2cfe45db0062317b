/* Properties, tags and messages of the watermark: macros and variadic functions of GStreamer. */
#include "v2a_watermark.h"

#include "v2a_element.h"

#define FIXED (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)

void v2a_install_mark_properties(GObjectClass *object, guint payload, const char *payload_name, guint key,
                                 const char *key_name) {
  g_object_class_install_property(
      object, payload,
      g_param_spec_uint(payload_name, "Watermark payload",
                        "32 bits that the mark carries; the default says that gst-v2a made the sound", 0, G_MAXUINT32,
                        V2A_DEFAULT_PAYLOAD, FIXED));
  g_object_class_install_property(
      object, key,
      g_param_spec_string(key_name, "Watermark key",
                          "Spreads the mark; empty: the public key, with which anyone can detect. A mark made with another "
                          "key is found with that key only",
                          "", FIXED));
}

void v2a_tag_generated(GstTagList *tags, const char *identifier) {
  char *text = identifier ? g_strdup_printf("AI-generated audio (gst-v2a), watermark %s", identifier)
                          : g_strdup("AI-generated audio (gst-v2a)");
  gst_tag_list_add(tags, GST_TAG_MERGE_REPLACE, GST_TAG_COMMENT, text, GST_TAG_ENCODED_BY, "gst-v2a", NULL);
  g_free(text);
  if (identifier) {
    char *extended = g_strdup_printf("AI_GENERATED=%s", identifier);
    gst_tag_list_add(tags, GST_TAG_MERGE_REPLACE, GST_TAG_EXTENDED_COMMENT, extended, NULL);
    g_free(extended);
  }
}

void v2a_post_watermark(GstElement *element, const V2AFoundMark *mark) {
  GstStructure *s = gst_structure_new(
      "v2a-watermark", "present", G_TYPE_BOOLEAN, mark->present, "score", G_TYPE_DOUBLE, mark->score, "confidence",
      G_TYPE_DOUBLE, mark->confidence, "start-time", G_TYPE_UINT64, mark->start, "stop-time", G_TYPE_UINT64, mark->stop,
      "tempo", G_TYPE_DOUBLE, mark->tempo, "pitch", G_TYPE_DOUBLE, mark->pitch, "final", G_TYPE_BOOLEAN, mark->is_final,
      NULL);
  if (mark->has_payload) gst_structure_set(s, "payload", G_TYPE_UINT, mark->payload, NULL);
  gst_element_post_message(element, gst_message_new_element(GST_OBJECT(element), s));
}
