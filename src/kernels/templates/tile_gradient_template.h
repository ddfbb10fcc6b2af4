/* SPDX-License-Identifier: MIT */
/* By tiles, the gradient through a 1x1 convolution and the norm and ReLU before it, and the matrix
 * product of weight gradients. */

/* ---- back through a 1x1 convolution ---- */

/* Passes a square's sums through the norm. */
static void pass_square(const dn_pass_back *op, int row, int rows, int first, square_sums sums)
{
    dn_norm_gradient part = op->norm;
    part.gradient = (dn_rows){sums[0], SQUARE};
    part.value.address = (map_t *)part.value.address + row * part.value.stride + first;
    part.out.data += row * part.out.stride + first;
    part.count = rows;
    part.channels = dn_min(SQUARE, op->panels.outputs - first);
    part.affine.scale += first;
    part.affine.shift += first;
    part.inverse += first;
    part.offset += first;
    part.weight += first;
    part.sums += first;
    part.products += first;
    norm_gradient(&part);
}

static void pass_back(const dn_pass_back *op)
{
    const dn_panels *panels = &op->panels;
    const dn_rows *gradient = &op->norm.gradient;
    int depth = dn_panel_rows(panels->depth, panels->unit);
    const row_shape shape = {
        .segments = 1, .run = panels->depth, .stride = gradient->stride * (ptrdiff_t)sizeof(float)};
    tile_file tiles;
    tiles_begin(&tiles);
    for (int first = 0; first < panels->outputs; first += SQUARE) {
        bool beside = panels->outputs - first > DN_LANES;
        const char *panel = dn_panels_at(panels, (size_t)first * (size_t)depth).data;
        for (int row = 0; row < op->norm.count; row += SQUARE) {
            int rows = dn_min(op->norm.count - row, SQUARE);
            const float *words = gradient->data + row * gradient->stride;
            square_sums sums;
            add_square(&tiles, (const char *)words, &shape, panel, rows > DN_TILE_ROWS, beside,
                       NULL);
            keep_sums(&tiles, sums);
            pass_square(op, row, rows, first, sums);
        }
    }
    tiles_end(&tiles);
}

/* ---- weight gradients ---- */

/* Rows of words that are multiplied before their sums are stored. */
#define LONGEST_RUN 64

/* Some rows of the left, turned: of each 16 rows, two tiles of 16 channels. */
typedef vword turned_rows[LONGEST_RUN / DN_TILE_ROWS][2][DN_TILE_ROWS];

/* Turns up to 16 rows of `channels` words, 1..16, into as many words of 16 channels. */
static void turn_rows(const float *row, ptrdiff_t stride, int rows, int channels,
                      vword turned[DN_TILE_ROWS])
{
    for (int r = 0; r < DN_TILE_ROWS; r++)
        turned[r] = r < rows ? (vword)v_load_first(row + r * stride, channels) : (vword){0};
    v_transpose(turned);
}

static void turn_left(const dn_product *op, const float *left, int rows, int k, turned_rows turned)
{
    for (int r = 0; r < rows; r += DN_TILE_ROWS)
        for (int half = 0; half < 2 && k + half * DN_LANES < op->depth; half++)
            turn_rows(left + r * op->left_stride + k + half * DN_LANES, op->left_stride,
                      dn_min(rows - r, DN_TILE_ROWS),
                      dn_min(op->depth - k - half * DN_LANES, DN_LANES),
                      turned[r / DN_TILE_ROWS][half]);
}

typedef float copied_rows[DN_TILE_ROWS][SQUARE] __attribute__((aligned(DN_TILE_BYTES)));

/* Of the right, 16 rows of one or two vectors: where they are, or fewer with zeros after them in
 * the copy. */
static void take_right(const float *right, ptrdiff_t stride, int rows, bool beside,
                       copied_rows copy, tile_step *step)
{
    step->panel = (const char *)right;
    step->panel_stride = stride * (ptrdiff_t)sizeof(float);
    if (rows >= DN_TILE_ROWS)
        return;
    memset(copy, 0, sizeof(copied_rows));
    for (int r = 0; r < rows; r++)
        memcpy(copy[r], right + r * stride, (beside ? 2 : 1) * DN_TILE_BYTES);
    step->panel = (const char *)copy;
    step->panel_stride = sizeof copy[0];
}

/* The sums over the rows of 32 channels of the left times 32 of the right. */
static void sum_square(tile_file *tiles, turned_rows turned, const dn_product *op,
                       const float *right, int rows, bool below, bool beside)
{
    begin_square(tiles);
    for (int r = 0; r < rows; r += DN_TILE_ROWS) {
        vword(*left)[DN_TILE_ROWS] = turned[r / DN_TILE_ROWS];
        tile_step step = {.rows = (const char *)left[0],
                          .below = (const char *)left[1],
                          .row_stride = DN_TILE_BYTES};
        copied_rows copy;
        take_right(right + r * op->right_stride, op->right_stride, rows - r, beside, copy, &step);
        add_step(tiles, step, below, beside);
    }
}

/* Adds a square to the product, or begins it. */
static void add_sums_of(square_sums sums, const dn_product *op, int rows, bool beside,
                        bool accumulate, float *out)
{
    for (int r = 0; r < rows; r++)
        for (int n = 0; n < (beside ? SQUARE : DN_LANES); n += DN_LANES) {
            float *at = out + r * op->row_stride + n;
            vfloat sum = v_load(sums[r] + n);
            v_store(at, accumulate ? v_load(at) + sum : sum);
        }
}

static void add_run(tile_file *tiles, const dn_product *op, const float *left, const float *right,
                    int rows, bool accumulate, float *out)
{
    for (int k = 0; k < op->depth; k += SQUARE) {
        int channels = dn_min(op->depth - k, SQUARE);
        turned_rows turned;
        turn_left(op, left, rows, k, turned);
        for (int n = 0; n < op->outputs; n += SQUARE) {
            bool beside = op->outputs - n > DN_LANES;
            square_sums sums;
            sum_square(tiles, turned, op, right + n, rows, channels > DN_LANES, beside);
            keep_sums(tiles, sums);
            add_sums_of(sums, op, channels, beside, accumulate, out + k * op->row_stride + n);
        }
    }
}

static void product(const dn_product *op)
{
    tile_file tiles;
    tiles_begin(&tiles);
    for (int s = 0; s < op->shifts; s++)
        for (int line = 0; line < op->lines; line++)
            for (int first = 0; first < op->run; first += LONGEST_RUN)
                add_run(&tiles, op, op->left[line] + first * op->left_stride,
                        op->right[line] + op->shift[s] + first * op->right_stride,
                        dn_min(op->run - first, LONGEST_RUN), op->accumulate || line || first,
                        op->out + s * op->shift_stride);
    tiles_end(&tiles);
}
