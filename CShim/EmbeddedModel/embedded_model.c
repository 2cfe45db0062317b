#include "embedded_model.h"

/* SwiftPM does not see that this file depends on the weights: touch it after exporting a model (Pipelines/setup.sh does). */
#define EMBED(symbol, file)                                                                                    \
  __asm__(".section .rodata, \"a\"\n.balign 64\n" #symbol ":\n.incbin \"" V2A_MODEL_DIRECTORY "/" file "\"\n" \
          #symbol "_end:\n.byte 0\n.previous\n");                                                              \
  extern const char symbol[] __attribute__((visibility("hidden")));                                           \
  extern const char symbol##_end[] __attribute__((visibility("hidden")));

EMBED(v2a_small_config, "config.json")
EMBED(v2a_small_frame_encoder, "frame_encoder.safetensors")
EMBED(v2a_small_person_detector, "person_detector.safetensors")
EMBED(v2a_small_motion_encoder, "motion_encoder.safetensors")
EMBED(v2a_small_text_encoder, "text_encoder.safetensors")
EMBED(v2a_small_vocabulary, "vocab.txt")
EMBED(v2a_small_class_names, "class_names.txt")
EMBED(v2a_small_known_phrases, "known_phrases.txt")
EMBED(v2a_small_known_embeddings, "known_phrases.safetensors")
EMBED(v2a_small_visual_prompts, "visual_prompts.safetensors")
EMBED(v2a_small_diffusion_transformer, "diffusion_transformer.safetensors")
EMBED(v2a_small_audio_decoder, "audio_decoder.safetensors")

#define ENTRY(name, symbol) {name, symbol, 0}

static V2AEmbeddedFile files[] = {
    ENTRY("config.json", v2a_small_config),
    ENTRY("frame_encoder.safetensors", v2a_small_frame_encoder),
    ENTRY("person_detector.safetensors", v2a_small_person_detector),
    ENTRY("motion_encoder.safetensors", v2a_small_motion_encoder),
    ENTRY("text_encoder.safetensors", v2a_small_text_encoder),
    ENTRY("vocab.txt", v2a_small_vocabulary),
    ENTRY("class_names.txt", v2a_small_class_names),
    ENTRY("known_phrases.txt", v2a_small_known_phrases),
    ENTRY("known_phrases.safetensors", v2a_small_known_embeddings),
    ENTRY("visual_prompts.safetensors", v2a_small_visual_prompts),
    ENTRY("diffusion_transformer.safetensors", v2a_small_diffusion_transformer),
    ENTRY("audio_decoder.safetensors", v2a_small_audio_decoder),
};
static const char *const ends[] = {
    v2a_small_config_end,
    v2a_small_frame_encoder_end,
    v2a_small_person_detector_end,
    v2a_small_motion_encoder_end,
    v2a_small_text_encoder_end,
    v2a_small_vocabulary_end,
    v2a_small_class_names_end,
    v2a_small_known_phrases_end,
    v2a_small_known_embeddings_end,
    v2a_small_visual_prompts_end,
    v2a_small_diffusion_transformer_end,
    v2a_small_audio_decoder_end,
};

const int v2a_embedded_file_count = sizeof files / sizeof files[0];

__attribute__((constructor)) static void measure(void) {
  for (int i = 0; i < v2a_embedded_file_count; i++) files[i].size = (size_t)(ends[i] - (const char *)files[i].data);
}

const V2AEmbeddedFile *v2a_embedded_file(int index) {
  return index >= 0 && index < v2a_embedded_file_count ? &files[index] : NULL;
}
