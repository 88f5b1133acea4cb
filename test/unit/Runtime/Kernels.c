/* Kernels.c - Kernels of a small model, with the native entry point.
 *
 * Layer l multiplies column j by w_l[j]; the loss is the squared distance to
 * 0.1 * target, summed over tokens and columns. One stage runs both layers, or
 * each of two stages one: a layer does the same arithmetic in both. A middle
 * layer may stand between them, any number of times.
 */

#include <stdint.h>

enum { WIDTH = 4 };

typedef void Product(int64_t transA, int64_t transB, int64_t m, int64_t n,
                     int64_t k, float alpha, const float *a, int64_t lda,
                     const float *b, int64_t ldb, float beta, float *c,
                     int64_t ldc);
Product *hocket_sgemm;

static void embed(const int32_t *tokens, float *x, int64_t count) {
  for (int64_t t = 0; t < count; ++t)
    for (int j = 0; j < WIDTH; ++j)
      x[t * WIDTH + j] = 0.1f * (float)(tokens[t] % 7) + 0.03f * (float)j;
}

static void scale(const float *w, const float *x, float *y, int64_t count) {
  for (int64_t t = 0; t < count; ++t)
    for (int j = 0; j < WIDTH; ++j)
      y[t * WIDTH + j] = w[j] * x[t * WIDTH + j];
}

/* y becomes the loss's gradient. */
static void addLoss(const int32_t *targets, float *y, float *loss,
                    float *weight, int64_t count) {
  float sum = 0;
  for (int64_t t = 0; t < count; ++t)
    for (int j = 0; j < WIDTH; ++j) {
      float *value = &y[t * WIDTH + j];
      *value -= 0.1f * (float)targets[t];
      sum += 0.5f * *value * *value;
    }
  *loss += sum;
  *weight += (float)count;
}

static void addGradient(const float *x, const float *dy, float *dw,
                        int64_t count) {
  for (int j = 0; j < WIDTH; ++j) {
    float sum = 0;
    for (int64_t t = 0; t < count; ++t)
      sum += x[t * WIDTH + j] * dy[t * WIDTH + j];
    dw[j] += sum;
  }
}

/* Operands: w0, tokens, output, x0. */
void first_forward(void *const *o, const int64_t *symbols, void *workspace) {
  embed(o[1], o[3], symbols[0]);
  scale(o[0], o[3], o[2], symbols[0]);
}

/* Operands: x0, output gradient, dw0. */
void first_backward(void *const *o, const int64_t *symbols, void *workspace) {
  addGradient(o[0], o[1], o[2], symbols[0]);
}

/* Operands: w, input, output, x. */
void middle_forward(void *const *o, const int64_t *symbols, void *workspace) {
  const float *input = o[1];
  float *x = o[3];
  for (int64_t i = 0; i < symbols[0] * WIDTH; ++i)
    x[i] = input[i];
  scale(o[0], input, o[2], symbols[0]);
}

/* Operands: w, x, output gradient, dw, input gradient. */
void middle_backward(void *const *o, const int64_t *symbols, void *workspace) {
  addGradient(o[1], o[2], o[3], symbols[0]);
  scale(o[0], o[2], o[4], symbols[0]);
}

/* Operands: w1, input, targets, loss, weight, x1, dy. */
void last_forward(void *const *o, const int64_t *symbols, void *workspace) {
  const float *input = o[1];
  float *x = o[5];
  for (int64_t i = 0; i < symbols[0] * WIDTH; ++i)
    x[i] = input[i];
  scale(o[0], input, o[6], symbols[0]);
  addLoss(o[2], o[6], o[3], o[4], symbols[0]);
}

/* Operands: w1, x1, dy, dw1, input gradient. */
void last_backward(void *const *o, const int64_t *symbols, void *workspace) {
  addGradient(o[1], o[2], o[3], symbols[0]);
  scale(o[0], o[2], o[4], symbols[0]);
}

/* Operands: w0, w1, tokens, targets, loss, weight, x0, x1, dy. */
void whole_forward(void *const *o, const int64_t *symbols, void *workspace) {
  embed(o[2], o[6], symbols[0]);
  scale(o[0], o[6], o[7], symbols[0]);
  scale(o[1], o[7], o[8], symbols[0]);
  addLoss(o[3], o[8], o[4], o[5], symbols[0]);
}

/* Operands: w1, x0, x1, dy, dw0, dw1; the workspace holds T x WIDTH. */
void whole_backward(void *const *o, const int64_t *symbols, void *workspace) {
  addGradient(o[2], o[3], o[5], symbols[0]);
  scale(o[0], o[3], workspace, symbols[0]);
  addGradient(o[1], workspace, o[4], symbols[0]);
}

/* Momentum. Operands: w, dw, m, weight, step. */
void update(void *const *o, const int64_t *symbols, void *workspace) {
  float *w = o[0], *m = o[2];
  const float *dw = o[1], *weight = o[3], *step = o[4];
  for (int64_t i = 0; i < symbols[0]; ++i) {
    m[i] = 0.9f * m[i] + dw[i] / *weight;
    w[i] -= 0.1f / *step * m[i];
  }
}

/* c = a^T b. Operands: a (3 x 2), b (3 x 2), c (2 x 2). */
void product(void *const *o, const int64_t *symbols, void *workspace) {
  hocket_sgemm(1, 0, 2, 2, 3, 1.0f, o[0], 2, o[1], 2, 0.0f, o[2], 2);
}
