/* The element from C: gives a video a soundtrack and prints what every window was made of.
   cc windows.c -o windows $(pkg-config --cflags --libs gstreamer-1.0); GST_PLUGIN_PATH=.build/release ./windows file:///in.mp4 "prompt" */
#include <gst/gst.h>

int main(int argc, char **argv) {
  gst_init(&argc, &argv);
  GError *error = NULL;
  GstElement *pipeline = gst_parse_launch(
      "uridecodebin3 name=in ! v2abin name=b  b.video_src ! fakesink  b.audio_src ! wavenc ! filesink location=windows.wav", &error);
  if (error || argc < 2) return g_printerr("%s\n", error ? error->message : "usage: windows URI [PROMPT]"), 2;
  gst_child_proxy_set(GST_CHILD_PROXY(pipeline), "in::uri", argv[1], "b::prompt", argc > 2 ? argv[2] : "", NULL);
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  GstBus *bus = gst_element_get_bus(pipeline);
  GstMessageType type = GST_MESSAGE_ELEMENT;
  while (type == GST_MESSAGE_ELEMENT) {
    GstMessage *message = gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_ELEMENT | GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    type = GST_MESSAGE_TYPE(message);
    guint64 start;
    int steps;
    double known;
    if (gst_message_has_name(message, "v2a-window") &&
        gst_structure_get(gst_message_get_structure(message), "stream-time", G_TYPE_UINT64, &start, "steps", G_TYPE_INT, &steps,
                          "confidence", G_TYPE_DOUBLE, &known, NULL))
      g_print("%.2f s: %d steps, saw %s (confidence %.2f)\n", start * 1e-9, steps,
              gst_structure_get_string(gst_message_get_structure(message), "classes"), known);
    gst_message_unref(message);
  }
  gst_object_unref(bus);
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(pipeline);
  return type == GST_MESSAGE_EOS ? 0 : 1;
}
