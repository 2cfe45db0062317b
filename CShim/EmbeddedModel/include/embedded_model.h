/* The default model, linked into the plugin's read-only data: its pages are shared by everything that loads the plugin. */
#pragma once
#include <stddef.h>

typedef struct {
  const char *name;
  const void *data;
  size_t size;
} V2AEmbeddedFile;

extern const int v2a_embedded_file_count;
/* NULL outside 0 .. v2a_embedded_file_count - 1. */
const V2AEmbeddedFile *v2a_embedded_file(int index);
