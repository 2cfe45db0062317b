#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "packed.h"

typedef struct {
  void *memory;
  size_t size;
} Block;

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void release(void *blocks) {
  for (int i = 0; i < V2A_MEMORY_BLOCKS; i++) free(((Block *)blocks)[i].memory);
  free(blocks);
}

static void make_key(void) { pthread_key_create(&key, release); }

void *v2a_thread_memory(int block, size_t size) {
  static _Thread_local Block *blocks;
  if (!blocks) {
    pthread_once(&once, make_key);
    blocks = calloc(V2A_MEMORY_BLOCKS, sizeof(Block));
    if (!blocks) abort();
    pthread_setspecific(key, blocks);
  }
  Block *own = &blocks[block];
  if (own->size < size) {
    const size_t rounded = (size + 4095) / 4096 * 4096;
    free(own->memory);
    own->memory = aligned_alloc(64, rounded);
    if (!own->memory) abort();
    own->size = rounded;
  }
  return own->memory;
}
