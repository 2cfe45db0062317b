#pragma once
#include <gst/gst.h>
#include <gst/audio/audio.h>
#include <gst/video/video.h>
