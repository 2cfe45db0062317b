/**
 * GstV2APad:
 *
 * Source pad of a variation: another soundtrack of the same pictures, with seed and prompts of its own.
 *
 * Since: 0.1
 */
#include "v2a_element.h"
#include <stdio.h>

typedef struct {
  GstPad parent;
  /* Under the object's lock. */
  guint64 seed;
  char *prompt, *negative_prompt;
} GstV2APad;

typedef struct {
  GstPadClass parent;
} GstV2APadClass;

G_DEFINE_TYPE(GstV2APad, gst_v2a_pad, GST_TYPE_PAD)
#define GST_V2A_PAD(object) ((GstV2APad *)(object))

enum { PROP_SEED = 1, PROP_PROMPT, PROP_NEGATIVE_PROMPT };

static void set_text(char **text, const GValue *value) {
  g_free(*text);
  *text = g_value_dup_string(value);
}

static void set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec) {
  GstV2APad *self = GST_V2A_PAD(object);
  GST_OBJECT_LOCK(self);
  switch (id) {
    case PROP_SEED: self->seed = g_value_get_uint64(value); break;
    case PROP_PROMPT: set_text(&self->prompt, value); break;
    case PROP_NEGATIVE_PROMPT: set_text(&self->negative_prompt, value); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
  GST_OBJECT_UNLOCK(self);
}

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *spec) {
  GstV2APad *self = GST_V2A_PAD(object);
  GST_OBJECT_LOCK(self);
  switch (id) {
    case PROP_SEED: g_value_set_uint64(value, self->seed); break;
    case PROP_PROMPT: g_value_set_string(value, self->prompt); break;
    case PROP_NEGATIVE_PROMPT: g_value_set_string(value, self->negative_prompt); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
  }
  GST_OBJECT_UNLOCK(self);
}

static void finalize(GObject *object) {
  g_free(GST_V2A_PAD(object)->prompt);
  g_free(GST_V2A_PAD(object)->negative_prompt);
  G_OBJECT_CLASS(gst_v2a_pad_parent_class)->finalize(object);
}

static void gst_v2a_pad_class_init(GstV2APadClass *class) {
  GObjectClass *object = G_OBJECT_CLASS(class);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  g_object_class_install_property(
      object, PROP_SEED,
      g_param_spec_uint64("seed", "Seed", "Seed of this variation's noise; without one, the pad's number. Takes effect at the "
                          "next window", 0, G_MAXUINT64, 0,
                          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING | GST_PARAM_DOC_SHOW_DEFAULT));
  g_object_class_install_property(
      object, PROP_PROMPT,
      g_param_spec_string("prompt", "Prompt", "What shall be heard in this variation, in words; unset: what the element's prompt "
                          "or its timed prompts say", NULL,
                          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
  g_object_class_install_property(
      object, PROP_NEGATIVE_PROMPT,
      g_param_spec_string("negative-prompt", "Negative prompt", "What shall not be heard in this variation, in words; unset: "
                          "what the element's says", NULL,
                          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING));
}

static void gst_v2a_pad_init(GstV2APad *self) {}

/* The lowest number that no pad of the element has. */
static guint free_number(GstElement *element) {
  for (guint number = 0;; number++) {
    char name[24];
    g_snprintf(name, sizeof name, "src_%u", number);
    GstPad *taken = gst_element_get_static_pad(element, name);
    if (!taken) return number;
    gst_object_unref(taken);
  }
}

GstPad *v2a_pad_new(GstElement *element, GstPadTemplate *template, const char *name) {
  guint number;
  if (!name || sscanf(name, "src_%u", &number) != 1) number = free_number(element);
  char *own = g_strdup_printf("src_%u", number);
  GstPad *pad = g_object_new(V2A_TYPE_PAD, "name", own, "direction", GST_PAD_SRC, "template", template, NULL);
  g_free(own);
  GST_V2A_PAD(pad)->seed = number;
  return pad;
}

void v2a_pad_get(GstPad *pad, guint64 *seed, char **prompt, char **negative_prompt) {
  GstV2APad *self = GST_V2A_PAD(pad);
  GST_OBJECT_LOCK(self);
  *seed = self->seed;
  *prompt = g_strdup(self->prompt);
  *negative_prompt = g_strdup(self->negative_prompt);
  GST_OBJECT_UNLOCK(self);
}

gboolean v2a_pad_leads_anywhere(GstPad *pad) {
  GstPad *peer = gst_pad_get_peer(pad);
  if (!peer) return FALSE;
  gboolean leads = TRUE;
  /* The inner side of a ghost pad is always linked. */
  if (GST_IS_PROXY_PAD(peer) && !GST_IS_GHOST_PAD(peer)) {
    GstProxyPad *ghost = gst_proxy_pad_get_internal(GST_PROXY_PAD(peer));
    leads = ghost && v2a_pad_leads_anywhere(GST_PAD(ghost));
    if (ghost) gst_object_unref(ghost);
  }
  gst_object_unref(peer);
  return leads;
}
