/* What Swift cannot import: macros of GStreamer as inline functions. */
#pragma once
#include <stdio.h>

#include <gst/gst.h>
#include <gst/audio/audio.h>
#include <gst/video/video.h>

static inline GstClockTime v2a_buffer_pts(GstBuffer *buffer) { return GST_BUFFER_PTS(buffer); }
static inline GstClockTime v2a_buffer_duration(GstBuffer *buffer) { return GST_BUFFER_DURATION(buffer); }
static inline gboolean v2a_buffer_is_gap(GstBuffer *buffer) { return GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_GAP); }
static inline gboolean v2a_buffer_is_discont(GstBuffer *buffer) {
  return GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DISCONT);
}
static inline void v2a_buffer_set_times(GstBuffer *buffer, GstClockTime pts, GstClockTime duration, guint64 offset,
                                        guint64 samples, gboolean discont, gboolean gap) {
  GST_BUFFER_PTS(buffer) = pts;
  GST_BUFFER_DURATION(buffer) = duration;
  GST_BUFFER_OFFSET(buffer) = offset;
  GST_BUFFER_OFFSET_END(buffer) = offset + samples;
  if (discont) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT | GST_BUFFER_FLAG_RESYNC);
  if (gap) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_GAP);
}
static inline GstEventType v2a_event_type(GstEvent *event) { return GST_EVENT_TYPE(event); }
static inline gboolean v2a_event_is_serialized(GstEvent *event) { return GST_EVENT_IS_SERIALIZED(event); }
static inline gboolean v2a_event_is_sticky(GstEvent *event) { return GST_EVENT_IS_STICKY(event); }
static inline GstQueryType v2a_query_type(GstQuery *query) { return GST_QUERY_TYPE(query); }
static inline gint v2a_video_width(const GstVideoInfo *info) { return GST_VIDEO_INFO_WIDTH(info); }
static inline gint v2a_video_height(const GstVideoInfo *info) { return GST_VIDEO_INFO_HEIGHT(info); }
static inline gint v2a_video_fps_n(const GstVideoInfo *info) { return GST_VIDEO_INFO_FPS_N(info); }
static inline gint v2a_video_fps_d(const GstVideoInfo *info) { return GST_VIDEO_INFO_FPS_D(info); }
static inline const guint8 *v2a_frame_plane(const GstVideoFrame *frame, guint plane) {
  return (const guint8 *)GST_VIDEO_FRAME_PLANE_DATA(frame, plane);
}
static inline gint v2a_frame_stride(const GstVideoFrame *frame, guint plane) {
  return GST_VIDEO_FRAME_PLANE_STRIDE(frame, plane);
}
static inline GstMessageType v2a_message_type(GstMessage *message) { return GST_MESSAGE_TYPE(message); }
static inline void v2a_print_error(const char *text) { fputs(text, stderr); }
