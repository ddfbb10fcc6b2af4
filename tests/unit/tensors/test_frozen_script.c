/* SPDX-License-Identifier: MIT */
/* The code of a frozen module becomes operators. */
#include "testing.h"

#include "allocation.h"
#include "tensors/operators.h"
#include "tensors/torch/frozen/frozen_script.h"

#include <string.h>

enum { CONSTANTS = 2 };

static const float numbers[4] = {1, 2, 3, 4};
static const dn_tensor vector = {.name = "0",
                                 .rank = 1,
                                 .shape = {4},
                                 .strides = {1},
                                 .count = 4,
                                 .data = (const unsigned char *)numbers};
static const dn_tensor *const constants[CONSTANTS] = {&vector, NULL};

#define FORWARD "  def forward(self: __torch__.Net,\n    x: Tensor) -> Tensor:\n"

static dn_status read_code(const char *code, dn_tensor_file *file)
{
    const size_t size = strlen(code);
    *file = (dn_tensor_file){.name = "code"};
    dn_budget_begin(size, &file->budget);
    file->pool.budget = &file->budget;
    return dn_frozen_script_read(file, (dn_span){code, code + size}, constants, CONSTANTS);
}

static const dn_operator *last(const dn_tensor_file *file)
{
    return &file->operators->items[file->operators->count - 1];
}

static void values(void **state)
{
    (void)state;
    dn_tensor_file file;
    assert_int_equal(read_code(FORWARD "    a = torch.relu(x)\n"
                                       "    b = torch.add(a, CONSTANTS.c0)\n"
                                       "    return b\n",
                               &file),
                     DN_OK);
    const dn_operators *made = file.operators;
    assert_int_equal(made->count, 2);
    assert_int_equal(made->input, 1);
    assert_ptr_equal(made->values[0].tensor, &vector);
    assert_string_equal(made->items[0].type, "Relu");
    assert_string_equal(made->items[1].name, "b");
    assert_int_equal(made->items[1].inputs[0], made->items[0].first_output);
    assert_int_equal(made->items[1].inputs[1], 0);
    assert_int_equal(made->outputs[0], made->items[1].first_output);
    dn_pool_free(&file.pool);
}

/* What is changed in place is found changed under its old name, and views of it are not known. */
static void in_place(void **state)
{
    (void)state;
    dn_tensor_file file;
    assert_int_equal(read_code(FORWARD "    a = torch.sigmoid(x)\n"
                                       "    b = torch.relu_(a)\n"
                                       "    return torch.sub(a, b)\n",
                               &file),
                     DN_OK);
    assert_int_equal(last(&file)->inputs[0], last(&file)->inputs[1]);
    dn_pool_free(&file.pool);
    assert_int_equal(read_code(FORWARD "    a = torch.flatten(x, 1)\n"
                                       "    b = torch.relu_(x)\n"
                                       "    return torch.sub(a, b)\n",
                               &file),
                     DN_OK);
    const dn_operators *made = file.operators;
    const int stale = last(&file)->inputs[0] - made->items[0].first_output;
    assert_string_equal(made->items[stale].type, "changed in place");
    dn_pool_free(&file.pool);
}

/* An unknown function may change the list that it is given. */
static void lists(void **state)
{
    (void)state;
    dn_tensor_file file;
    assert_int_equal(read_code(FORWARD "    a = [x]\n"
                                       "    _0 = torch.append(a, torch.relu(x))\n"
                                       "    _1 = torch.reverse(a)\n"
                                       "    return torch.cat(a, 1)\n",
                               &file),
                     DN_OK);
    assert_int_equal(last(&file)->input_count, 2);
    const int from = last(&file)->inputs[0] - file.operators->items[0].first_output;
    assert_string_equal(file.operators->items[from].type, "torch.reverse");
    dn_pool_free(&file.pool);
}

static void checks(void **state)
{
    (void)state;
    dn_tensor_file file;
    static const char raising[] = FORWARD "    if torch.eq(torch.dim(x), 4):\n"
                                          "      a = torch.relu(x)\n"
                                          "    else:\n"
                                          "      ops.prim.RaiseException(\"no\")\n"
                                          "    return a\n";
    assert_int_equal(read_code(raising, &file), DN_OK);
    assert_int_equal(file.operators->outputs[0], last(&file)->first_output);
    assert_string_equal(last(&file)->type, "Relu");
    dn_pool_free(&file.pool);
    assert_int_equal(read_code(FORWARD "    if torch.eq(torch.dim(x), 4):\n"
                                       "      a = torch.relu(x)\n"
                                       "    else:\n"
                                       "      a = x\n"
                                       "    return a\n",
                               &file),
                     DN_ERROR_MISMATCH);
    dn_pool_free(&file.pool);
}

static void allocations(void **state)
{
    (void)state;
    static const char code[] =
        FORWARD "    a = [torch.conv2d(x, CONSTANTS.c0, None, [2, 2], [3, 3])]\n"
                "    b = torch.relu_(torch.cat(a, 1))\n"
                "    c = torch.view(torch.mean(b, [2, 3]), [-1, 4])\n"
                "    return torch.mul(c, 2.5)\n";
    dn_tensor_file file;
    dn_status status = DN_ERROR_MEMORY;
    for (int i = 0; status != DN_OK; i++) {
        assert_int_equal(status, DN_ERROR_MEMORY);
        fail_allocation(i);
        status = read_code(code, &file);
        fail_allocation(-1);
        dn_pool_free(&file.pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values), cmocka_unit_test(in_place),    cmocka_unit_test(lists),
        cmocka_unit_test(checks), cmocka_unit_test(allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
