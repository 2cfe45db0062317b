/* The element `v2a` as GObject sees it. Behaviour is in Swift (V2AElement), behind the functions at the end. */
#pragma once
#include <gst/gst.h>
#include <gst/video/video.h>

G_BEGIN_DECLS

#define V2A_TYPE_ELEMENT (gst_v2a_get_type())
GType gst_v2a_get_type(void);
GST_ELEMENT_REGISTER_DECLARE(v2a);

GST_ELEMENT_REGISTER_DECLARE(v2abin);

/* Source pad of a variation: a GstPad with seed and prompts of its own. */
#define V2A_TYPE_PAD (gst_v2a_pad_get_type())
GType gst_v2a_pad_get_type(void);

/* What happens to windows of live sound that would be late. */
#define V2A_TYPE_LATE_POLICY (gst_v2a_late_policy_get_type())
GType gst_v2a_late_policy_get_type(void);
typedef enum { V2A_LATE_FEWER_STEPS, V2A_LATE_SILENCE, V2A_LATE_WAIT } V2ALatePolicy;

enum {
  V2A_PROP_MODEL = 1,
  V2A_PROP_PROMPT,
  V2A_PROP_NEGATIVE_PROMPT,
  V2A_PROP_GUIDANCE_SCALE,
  V2A_PROP_STEPS,
  V2A_PROP_SEED,
  V2A_PROP_HOP,
  V2A_PROP_CONTEXT,
  V2A_PROP_LAYERS,
  V2A_PROP_WINDOW,
  V2A_PROP_LATE_POLICY,
  V2A_PROP_WATERMARK,
  V2A_PROP_WATERMARK_PAYLOAD,
  V2A_PROP_WATERMARK_KEY,
};

/* 24 and 40 latents of 2048 samples at 48 kHz. */
#define V2A_DEFAULT_HOP G_GUINT64_CONSTANT(1024000000)
#define V2A_DEFAULT_CONTEXT G_GUINT64_CONSTANT(1706666667)
#define V2A_MAXIMUM_SPAN G_GUINT64_CONSTANT(10000000000)
#define V2A_DEFAULT_GUIDANCE_SCALE 5.0f
#define V2A_DEFAULT_STEPS 8
#define V2A_DEFAULT_LAYERS 2
/* "v2a" and version 1 as bytes: says that gst-v2a made the sound. */
#define V2A_DEFAULT_PAYLOAD 0x76326101u

/* What Swift cannot say: macros and variadic functions. */
typedef enum {
  V2A_ERROR_NOT_FOUND,       /* RESOURCE/NOT_FOUND */
  V2A_ERROR_MODEL,           /* LIBRARY/INIT */
  V2A_ERROR_SETTINGS,        /* LIBRARY/SETTINGS */
  V2A_ERROR_FAILED,          /* STREAM/FAILED */
  V2A_ERROR_FORMAT,          /* STREAM/FORMAT */
  V2A_ERROR_NOT_NEGOTIATED,  /* CORE/NEGOTIATION */
} V2AErrorKind;
void v2a_post_error(GstElement *element, V2AErrorKind kind, const char *text, const char *debug);
void v2a_post_flow_error(GstElement *element, GstFlowReturn flow);
void v2a_post_warning(GstElement *element, const char *text);
/* CORE/CLOCK: the machine is too slow. */
void v2a_post_slow_warning(GstElement *element, const char *text, const char *debug);
/* Levels are GstDebugLevels of the category `v2a`. */
int v2a_log_threshold(void);
void v2a_log(GstElement *element, int level, const char *text);
/* What a window was made of, for the message `v2a-window`. Times are GST_CLOCK_TIME_NONE when unknown. */
typedef struct {
  const char *pad;
  guint64 pts, duration, running_time, stream_time;
  int steps;
  double seconds;
  guint64 seed;
  double confidence;
  const char *classes, *prompt, *negative_prompt, *layers;
} V2AWindow;
void v2a_post_window(GstElement *element, const V2AWindow *window);
/* Tags for the soundtrack: the container's and user's, without those of the video codec, and that it is AI-generated. */
GstTagList *v2a_soundtrack_tags(const GstTagList *tags, const char *title, const char *identifier);
/* Asks downstream for a number of channels (1 or 2, stereo when free); 0 when nothing fits. */
int v2a_negotiate_channels(GstPad *src);
GstCaps *v2a_audio_caps(int channels);
/* Converter of whole pictures to 64x64 full-range GRAY8, or of the centre to 224x224 RGB; `in` must not be interlaced. */
GstVideoConverter *v2a_luma_converter(const GstVideoInfo *in, GstVideoInfo *out);
GstVideoConverter *v2a_colour_converter(const GstVideoInfo *in, GstVideoInfo *out);
/* Converter of whole pictures into the middle of black `side` x `side` RGB, of which they take `width` x `height`; `in` must not be interlaced. */
GstVideoConverter *v2a_whole_converter(const GstVideoInfo *in, GstVideoInfo *out, int side, int *width, int *height);
/* Whether the first plane holds luma alone, a byte for each pixel. */
gboolean v2a_has_luma_plane(const GstVideoInfo *info);
void v2a_start_task(GstPad *src, void *line);
/* For the bin around it: called from the element's worker whenever it has nothing to do; `element` is a v2a. */
void v2a_on_starving(GstElement *element, void (*call)(void *data), void *data);
/* What the video's queue should hold, in nanoseconds, when it holds `level` of at most `most`. */
guint64 v2a_bin_room(GstElement *element, guint64 level, guint64 most);
/* Whether a source pad is linked, through the ghost pads of bins too. */
gboolean v2a_pad_leads_anywhere(GstPad *pad);
GstPad *v2a_pad_new(GstElement *element, GstPadTemplate *template, const char *name);
/* Copies of a variation's properties; strings are the caller's to g_free. */
void v2a_pad_get(GstPad *pad, guint64 *seed, char **prompt, char **negative_prompt);

/* Implemented in Swift. `element` is what v2a_element_new returned. */
void *v2a_element_new(GstElement *object, GstPad *sink);
void v2a_element_free(void *element);
void v2a_element_set_property(void *element, int property, const GValue *value);
void v2a_element_get_property(void *element, int property, GValue *value);
/* Before and after the parent's change_state. */
gboolean v2a_element_will_change(void *element, GstStateChange transition);
void v2a_element_did_change(void *element, GstStateChange transition);
GstFlowReturn v2a_element_chain(void *element, GstBuffer *buffer);
gboolean v2a_element_sink_event(void *element, GstEvent *event);
/* Whether the query was answered. */
gboolean v2a_element_sink_query(void *element, GstQuery *query);
gboolean v2a_element_src_event(void *element, GstPad *pad, GstEvent *event);
/* Whether the query was answered; -1: it is for the default handler. */
int v2a_element_src_query(void *element, GstPad *pad, GstQuery *query);
gboolean v2a_element_src_activate(void *element, GstPad *pad, gboolean active);
/* `line` is what v2a_start_task was given. */
void v2a_element_loop(void *line);
/* Takes up a source pad, or gives it up. */
void v2a_element_add_src(void *element, GstPad *pad);
void v2a_element_remove_src(void *element, GstPad *pad);
/* Takes up the pad for timed prompts, or gives it up. */
gboolean v2a_element_add_prompts(void *element, GstPad *pad);
void v2a_element_remove_prompts(void *element);
void v2a_element_on_starving(void *element, void (*call)(void *data), void *data);
guint64 v2a_element_bin_room(void *element, guint64 level, guint64 most);
GstFlowReturn v2a_element_prompt_chain(void *element, GstBuffer *buffer);
gboolean v2a_element_prompt_event(void *element, GstEvent *event);

G_END_DECLS
