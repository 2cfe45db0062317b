/* Caps that several elements share. */
#pragma once

/* Sound in every pad. */
#define V2A_AUDIO_CAPS "audio/x-raw, format = F32LE, rate = 48000, channels = [ 1, 2 ], layout = interleaved"
