/* Preloaded into hocket-run: prints calls, seconds and flops of each shape of
   matrix product, to $SGEMM_TIMES. For one thread that multiplies. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { kMaxShapes = 8192, kTable = 2 * kMaxShapes };

typedef struct {
  int transA, transB, m, n, k;
  long calls;
  double seconds;
} Shape;

typedef void (*Sgemm)(int, int, int, int, int, int, float, const float *, int,
                      const float *, int, float, float *, int);

static Shape shapes[kTable];
static int used;

static Shape *find(Shape key) {
  unsigned hash = (unsigned)key.m;
  int parts[] = {key.n, key.k, key.transA, key.transB};
  for (int i = 0; i < 4; ++i)
    hash = hash * 1000003u + (unsigned)parts[i];
  for (;; ++hash) {
    Shape *at = &shapes[hash % kTable];
    if (!at->calls) {
      if (++used > kMaxShapes) {
        fprintf(stderr, "sgemm_times: too many shapes\n");
        exit(1);
      }
      *at = key;
      return at;
    }
    if (at->m == key.m && at->n == key.n && at->k == key.k &&
        at->transA == key.transA && at->transB == key.transB)
      return at;
  }
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec + 1e-9 * time.tv_nsec;
}

void cblas_sgemm(int order, int transA, int transB, int m, int n, int k,
                 float alpha, const float *a, int lda, const float *b, int ldb,
                 float beta, float *c, int ldc) {
  static Sgemm next;
  if (!next)
    next = (Sgemm)dlsym(RTLD_NEXT, "cblas_sgemm");
  double start = now();
  next(order, transA, transB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  double seconds = now() - start;
  Shape *shape = find((Shape){transA == 112, transB == 112, m, n, k, 0, 0});
  ++shape->calls;
  shape->seconds += seconds;
}

__attribute__((destructor)) static void report(void) {
  const char *path = getenv("SGEMM_TIMES");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (!file)
    return;
  for (int i = 0; i < kTable; ++i)
    if (shapes[i].calls)
      fprintf(file, "%d %d %d %d %d %ld %.9f\n", shapes[i].transA,
              shapes[i].transB, shapes[i].m, shapes[i].n, shapes[i].k,
              shapes[i].calls, shapes[i].seconds);
  fclose(file);
}
