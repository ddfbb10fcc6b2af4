/* SPDX-License-Identifier: MIT */
#ifndef DN_REFERENCE_WINOGRAD_H
#define DN_REFERENCE_WINOGRAD_H

#include "kernels/kernels.h"

#define P DN_WINOGRAD_P
#define Q DN_WINOGRAD_Q
/* B^T of F(4x4, 3x3). */
static const double dn_winograd_input_matrix[6][6] = {{P * P * Q * Q, 0, -P *P - Q *Q, 0, 1, 0},
                                                      {0, -P *Q *Q, -Q *Q, P, 1, 0},
                                                      {0, P *Q *Q, -Q *Q, -P, 1, 0},
                                                      {0, -Q *P *P, -P *P, Q, 1, 0},
                                                      {0, Q *P *P, -P *P, -Q, 1, 0},
                                                      {0, P *P *Q *Q, 0, -P *P - Q *Q, 0, 1}};
#undef P
#undef Q

#endif
