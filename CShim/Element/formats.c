/* Caps and converters: variadic functions of GStreamer. */
#include "v2a_element.h"

GstCaps *v2a_audio_caps(int channels) {
  GstCaps *caps = gst_caps_new_simple("audio/x-raw", "format", G_TYPE_STRING, "F32LE", "rate", G_TYPE_INT, 48000, "channels",
                                      G_TYPE_INT, channels, "layout", G_TYPE_STRING, "interleaved", NULL);
  if (channels == 2) gst_caps_set_simple(caps, "channel-mask", GST_TYPE_BITMASK, G_GUINT64_CONSTANT(3), NULL);
  return caps;
}

int v2a_negotiate_channels(GstPad *src) {
  for (int channels = 2; channels >= 1; channels--) {
    GstCaps *caps = v2a_audio_caps(channels);
    gboolean accepted = gst_pad_peer_query_accept_caps(src, caps);
    GstCaps *peer = gst_pad_peer_query_caps(src, NULL);
    gboolean fits = peer == NULL || gst_caps_can_intersect(caps, peer);
    if (peer) gst_caps_unref(peer);
    gst_caps_unref(caps);
    if (accepted && fits) return channels;
    if (fits && !gst_pad_is_linked(src)) return channels;
  }
  return 0;
}

gboolean v2a_has_luma_plane(const GstVideoInfo *info) {
  const GstVideoFormatInfo *format = info->finfo;
  const GstVideoFormatFlags other = GST_VIDEO_FORMAT_FLAG_COMPLEX | GST_VIDEO_FORMAT_FLAG_TILED;
  return (GST_VIDEO_FORMAT_INFO_IS_YUV(format) || GST_VIDEO_FORMAT_INFO_IS_GRAY(format)) && !(GST_VIDEO_FORMAT_INFO_FLAGS(format) & other) &&
         GST_VIDEO_FORMAT_INFO_DEPTH(format, 0) == 8 && GST_VIDEO_FORMAT_INFO_PSTRIDE(format, 0) == 1 &&
         GST_VIDEO_FORMAT_INFO_PLANE(format, 0) == 0 && GST_VIDEO_FORMAT_INFO_POFFSET(format, 0) == 0 &&
         GST_VIDEO_FORMAT_INFO_W_SUB(format, 0) == 0 && GST_VIDEO_FORMAT_INFO_H_SUB(format, 0) == 0;
}

/* A converter from pictures like `in` to `out`, of which format and size are set, linear and without dither; takes `config`. */
static GstVideoConverter *reducing_converter(const GstVideoInfo *in, GstVideoInfo *out, GstStructure *config) {
  GstVideoInfo source = *in;
  out->fps_n = in->fps_n;
  out->fps_d = in->fps_d;
  gst_structure_set(config, GST_VIDEO_CONVERTER_OPT_RESAMPLER_METHOD, GST_TYPE_VIDEO_RESAMPLER_METHOD,
                    GST_VIDEO_RESAMPLER_METHOD_LINEAR, GST_VIDEO_CONVERTER_OPT_DITHER_METHOD, GST_TYPE_VIDEO_DITHER_METHOD,
                    GST_VIDEO_DITHER_NONE, NULL);
  return gst_video_converter_new(&source, out, config);
}

GstVideoConverter *v2a_luma_converter(const GstVideoInfo *in, GstVideoInfo *out) {
  gst_video_info_set_format(out, GST_VIDEO_FORMAT_GRAY8, 64, 64);
  out->colorimetry.range = GST_VIDEO_COLOR_RANGE_0_255;
  /* With equal matrices GstVideoConverter copies the plane and leaves its range as it is: black would be 16. */
  if (in->colorimetry.range == GST_VIDEO_COLOR_RANGE_16_235)
    out->colorimetry.matrix = in->colorimetry.matrix == GST_VIDEO_COLOR_MATRIX_BT709 ? GST_VIDEO_COLOR_MATRIX_BT601
                                                                                     : GST_VIDEO_COLOR_MATRIX_BT709;
  return reducing_converter(in, out, gst_structure_new_empty("config"));
}

GstVideoConverter *v2a_colour_converter(const GstVideoInfo *in, GstVideoInfo *out) {
  /* Short side to 256, then the middle 224: that is 7/8 of the short side. */
  int side = MAX(1, MIN(in->width, in->height) * 7 / 8);
  gst_video_info_set_format(out, GST_VIDEO_FORMAT_RGB, 224, 224);
  return reducing_converter(
      in, out,
      gst_structure_new("config", GST_VIDEO_CONVERTER_OPT_SRC_X, G_TYPE_INT, (in->width - side) / 2,
                        GST_VIDEO_CONVERTER_OPT_SRC_Y, G_TYPE_INT, (in->height - side) / 2, GST_VIDEO_CONVERTER_OPT_SRC_WIDTH,
                        G_TYPE_INT, side, GST_VIDEO_CONVERTER_OPT_SRC_HEIGHT, G_TYPE_INT, side, NULL));
}

GstVideoConverter *v2a_whole_converter(const GstVideoInfo *in, GstVideoInfo *out, int side, int *width, int *height) {
  /* Pixels need not be square: what counts is how wide the picture is shown. */
  guint64 wide = gst_util_uint64_scale_int(in->width, MAX(1, in->par_n), MAX(1, in->par_d)), high = in->height;
  guint64 longest = MAX(1, MAX(wide, high));
  *width = (int)CLAMP(gst_util_uint64_scale(wide, side, longest), 1, (guint64)side);
  *height = (int)CLAMP(gst_util_uint64_scale(high, side, longest), 1, (guint64)side);
  gst_video_info_set_format(out, GST_VIDEO_FORMAT_RGB, side, side);
  return reducing_converter(
      in, out,
      gst_structure_new("config", GST_VIDEO_CONVERTER_OPT_DEST_X, G_TYPE_INT, (side - *width) / 2,
                        GST_VIDEO_CONVERTER_OPT_DEST_Y, G_TYPE_INT, (side - *height) / 2, GST_VIDEO_CONVERTER_OPT_DEST_WIDTH,
                        G_TYPE_INT, *width, GST_VIDEO_CONVERTER_OPT_DEST_HEIGHT, G_TYPE_INT, *height, NULL));
}

void v2a_start_task(GstPad *src, void *line) { gst_pad_start_task(src, v2a_element_loop, line, NULL); }
