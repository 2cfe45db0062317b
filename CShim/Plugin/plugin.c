#include "v2a_plugin.h"
#include "v2a_element.h"
#include "v2a_watermark.h"

#define PACKAGE "gst-v2a"

static gboolean plugin_init(GstPlugin *plugin) {
  gboolean registered = GST_ELEMENT_REGISTER(v2a, plugin);
  registered |= GST_ELEMENT_REGISTER(v2abin, plugin);
  registered |= GST_ELEMENT_REGISTER(v2awatermark, plugin);
  registered |= GST_ELEMENT_REGISTER(v2awatermarkdetect, plugin);
  return registered;
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, v2a, "Soundtracks for silent video", plugin_init, "0.1.0",
                  "Apache 2.0", "gst-v2a", "https://github.com/gst-v2a")
