/* The elements `v2awatermark` and `v2awatermarkdetect`, and what they share with `v2a`. Behaviour is in Swift (V2AElement). */
#pragma once
#include <gst/gst.h>

G_BEGIN_DECLS

#define V2A_TYPE_WATERMARK (gst_v2a_watermark_get_type())
GType gst_v2a_watermark_get_type(void);
GST_ELEMENT_REGISTER_DECLARE(v2awatermark);

#define V2A_TYPE_WATERMARK_DETECT (gst_v2a_watermark_detect_get_type())
GType gst_v2a_watermark_detect_get_type(void);
GST_ELEMENT_REGISTER_DECLARE(v2awatermarkdetect);

/* Properties of a mark: an unsigned integer and a string. */
void v2a_install_mark_properties(GObjectClass *object, guint payload, const char *payload_name, guint key,
                                 const char *key_name);
/* Says that the sound is AI-generated; `identifier` refers to the watermark's payload, NULL when there is none. */
void v2a_tag_generated(GstTagList *tags, const char *identifier);

typedef struct {
  gboolean present, has_payload, is_final;
  guint payload;
  double score, confidence, tempo, pitch;
  GstClockTime start, stop;
} V2AFoundMark;
/* Element message `v2a-watermark`. */
void v2a_post_watermark(GstElement *element, const V2AFoundMark *mark);

/* Implemented in Swift. Properties: 1 payload, 2 key. */
void *v2a_marker_new(void);
void v2a_marker_free(void *marker);
void v2a_marker_set_property(void *marker, int property, const GValue *value);
void v2a_marker_get_property(void *marker, int property, GValue *value);
void v2a_marker_start(void *marker, int channels);
void v2a_marker_forget(void *marker);
/* Owns `buffer`; marked samples or NULL. */
GstBuffer *v2a_marker_take(void *marker, GstBuffer *buffer);
GstBuffer *v2a_marker_drain(void *marker);
guint64 v2a_marker_latency(void);
/* How metadata refers to the payload; free with g_free. */
char *v2a_marker_identifier(void *marker);

void *v2a_finder_new(GstElement *element);
void v2a_finder_free(void *finder);
void v2a_finder_set_property(void *finder, int property, const GValue *value);
void v2a_finder_get_property(void *finder, int property, GValue *value);
void v2a_finder_start(void *finder, int channels);
void v2a_finder_forget(void *finder);
void v2a_finder_listen(void *finder, GstBuffer *buffer);
void v2a_finder_finish(void *finder);

G_END_DECLS
