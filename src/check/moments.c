/* SPDX-License-Identifier: MIT */
#include "check/moments.h"

#include <math.h>

static double rectified_mean(double bias, double deviation)
{
    const double root_of_half = 0.7071067811865476, over_root_of_two_pi = 0.3989422804014327;
    double t = bias / deviation;
    return bias * 0.5 * erfc(-t * root_of_half) + deviation * over_root_of_two_pi * exp(-t * t / 2);
}

void dn_mean_of_input(const dn_model *model, const dn_node *node, bool linear, double *mean)
{
    const float *weight = model->tensors[node->norm], *bias = model->tensors[node->norm + 1],
                *variance = model->tensors[node->norm + 3];
    for (int c = 0; c < node->in; c++) {
        double spread = (double)variance[c], shift = (double)bias[c];
        double deviation =
            fabs((double)weight[c]) * sqrt(spread / (spread + model->arch.bn_epsilon));
        if (linear)
            mean[c] = shift;
        else
            mean[c] = deviation > 0 ? rectified_mean(shift, deviation) : fmax(shift, 0);
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
