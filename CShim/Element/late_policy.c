#include "v2a_element.h"

/**
 * GstV2ALatePolicy:
 * @V2A_LATE_FEWER_STEPS: take fewer steps of the sampler, and give a window up for silence when there is no time for one
 * @V2A_LATE_SILENCE: give the window up: silence instead of it
 * @V2A_LATE_WAIT: let it be late; the latency that is reported grows
 *
 * What happens to windows of live sound that would be late.
 *
 * Since: 0.1
 */
GType gst_v2a_late_policy_get_type(void) {
  static gsize type = 0;
  static const GEnumValue values[] = {
      {V2A_LATE_FEWER_STEPS, "Fewer steps of the sampler; silence when there is no time for one", "fewer-steps"},
      {V2A_LATE_SILENCE, "Silence instead of the window", "silence"},
      {V2A_LATE_WAIT, "The sound is late, and the latency that is reported grows", "wait"},
      {0, NULL, NULL},
  };
  if (g_once_init_enter(&type)) g_once_init_leave(&type, g_enum_register_static("GstV2ALatePolicy", values));
  return type;
}
