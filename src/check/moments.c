/* SPDX-License-Identifier: MIT */
#include "check/moments.h"

#include <math.h>

/* Of numbers with this mean and deviation, whatever its sign, after a ReLU. */
static double rectified_mean(double mean, double deviation)
{
    const double root_of_half = 0.7071067811865476, over_root_of_two_pi = 0.3989422804014327;
    double spread = fabs(deviation), t = mean / spread;
    if (!(spread > 0))
        return fmax(mean, 0);
    return mean * 0.5 * erfc(-t * root_of_half) + spread * over_root_of_two_pi * exp(-t * t / 2);
}

double dn_correlation(const float *a, const float *b, int count)
{
    double sum_a = 0, sum_b = 0, aa = 0, bb = 0, ab = 0;
    for (int i = 0; i < count; i++) {
        sum_a += (double)a[i];
        sum_b += (double)b[i];
    }
    for (int i = 0; i < count; i++) {
        double x = (double)a[i] - sum_a / count, y = (double)b[i] - sum_b / count;
        aa += x * x;
        bb += y * y;
        ab += x * y;
    }
    return aa * bb > 0 ? ab / sqrt(aa * bb) : 0;
}

void dn_mean_of_input(const dn_model *model, const dn_node *node, bool linear, double *mean)
{
    const float *weight = model->tensors[node->norm], *bias = model->tensors[node->norm + 1],
                *variance = model->tensors[node->norm + 3];
    for (int c = 0; c < node->in; c++) {
        double spread = (double)variance[c], shift = (double)bias[c];
        double deviation = (double)weight[c] * sqrt(spread / (spread + model->arch.bn_epsilon));
        mean[c] = linear ? shift : rectified_mean(shift, deviation);
    }
}

static dn_predicted add_pointwise(const float *weight, const double *input, int channels)
{
    double sum = 0;
    for (int c = 0; c < channels; c++)
        sum += (double)weight[c] * input[c];
    return (dn_predicted){.middle = sum};
}

static dn_predicted add_windows(const float *window, const double *input, int channels, int side)
{
    dn_predicted sum = {0};
    for (int c = 0; c < channels; c++)
        for (int y = 0; y < side; y++)
            for (int x = 0; x < side; x++) {
                double part = (double)*window++ * input[c];
                int off = (y != side / 2) + (x != side / 2);
                *(off == 0 ? &sum.middle : off == 1 ? &sum.beside : &sum.corners) += part;
            }
    return sum;
}

void dn_mean_of_output(const dn_model *model, const dn_node *node, const double *input,
                       dn_predicted *output)
{
    const float *weight = model->tensors[node->weight];
    int side = dn_node_kernel(node), row = node->in * side * side;
    for (int o = 0; o < node->out; o++, weight += row)
        output[o] = side == 1 ? add_pointwise(weight, input, node->in)
                              : add_windows(weight, input, node->in, side);
}
