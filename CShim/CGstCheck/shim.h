#pragma once
#include <gst/check/gstharness.h>
#include <gst/check/gsttestclock.h>
#include <gst/controller/controller.h>

/* A property goes from its least to its greatest value in `time`. */
static inline void v2a_test_ramp(GstElement *element, const char *property, GstClockTime time) {
  GstControlSource *source = gst_interpolation_control_source_new();
  g_object_set(source, "mode", GST_INTERPOLATION_MODE_LINEAR, NULL);
  gst_timed_value_control_source_set(GST_TIMED_VALUE_CONTROL_SOURCE(source), 0, 0.0);
  gst_timed_value_control_source_set(GST_TIMED_VALUE_CONTROL_SOURCE(source), time, 1.0);
  gst_object_add_control_binding(GST_OBJECT(element), gst_direct_control_binding_new(GST_OBJECT(element), property, source));
  gst_object_unref(source);
}
