/* SPDX-License-Identifier: MIT */
/* What requests ask of a network, and what it lacks. */
#include "protocol/infer_plan.h"
#include "testing.h"

static const model_facts model = {.name = "net",
                                  .channels = 3,
                                  .height = 4,
                                  .width = 5,
                                  .smallest = 2,
                                  .classes = 7,
                                  .most_batch = 8,
                                  .most_pixels = 100};

static infer_request request_of(tensor_type type, int rank, const size_t *dims)
{
    infer_request r = {.input_count = 1};
    infer_input *input = &r.inputs[0];
    input->name = "input";
    input->type = type;
    input->rank = rank;
    input->elements = 1;
    for (int i = 0; i < rank; i++) {
        input->dims[i] = dims[i];
        input->elements *= dims[i];
    }
    return r;
}

#define REQUEST(type, rank, ...) request_of(type, rank, (const size_t[]){__VA_ARGS__})

static infer_plan planned(const infer_request *r, const model_facts *m)
{
    infer_plan plan;
    dn_status status = infer_plan_make(r, m, &plan);
    if (status != DN_OK)
        print_error("%s\n", dn_last_error());
    assert_int_equal(status, DN_OK);
    return plan;
}

static void refuse(infer_request r, const model_facts *m, const char *sentence)
{
    infer_plan plan;
    assert_int_not_equal(infer_plan_make(&r, m, &plan), DN_OK);
    if (!strstr(dn_last_error(), sentence))
        print_error("%s\n", dn_last_error());
    assert_non_null(strstr(dn_last_error(), sentence));
}

static void tensors_have_the_networks_shape(void **state)
{
    (void)state;
    infer_request r = REQUEST(TENSOR_FP32, 4, 8, 3, 4, 5);
    infer_plan plan = planned(&r, &model);
    assert_false(plan.has_files);
    assert_int_equal(plan.batch, 8);
    assert_int_equal(plan.height, 4);
    assert_int_equal(plan.width, 5);
    assert_int_equal(plan.output_count, 1);
    assert_string_equal(plan.outputs[0].name, "output");
    static const char shape[] = "FP32 of the shape [-1,3,4,5]";
    refuse(REQUEST(TENSOR_FP32, 3, 3, 4, 5), &model, shape);
    refuse(REQUEST(TENSOR_FP32, 3, 3, 4, 5), &model, "FP32 [3,4,5] was sent");
    refuse(REQUEST(TENSOR_FP32, 4, 1, 1, 4, 5), &model, shape);
    refuse(REQUEST(TENSOR_FP32, 4, 1, 3, 4, 6), &model, shape);
    refuse(REQUEST(TENSOR_FP32, 4, 1, 3, 3, 5), &model, shape);
    refuse(REQUEST(TENSOR_FP32, 0, 0), &model, shape);
    refuse(REQUEST(TENSOR_FP32, 4, 0, 3, 4, 5), &model, "the batch has 0 pictures");
    refuse(REQUEST(TENSOR_FP32, 4, 9, 3, 4, 5), &model, "takes 1 to 8");
    refuse(REQUEST(TENSOR_UINT8, 4, 1, 3, 4, 5), &model, "UINT8 is not taken here; FP32");
    refuse(REQUEST(TENSOR_FP16, 4, 1, 3, 4, 5), &model, "FP16 is not taken here");
}

static void sizes_may_vary(void **state)
{
    (void)state;
    model_facts any = model;
    any.height = any.width = -1;
    model_facts fixed = model;
    fixed.most_pixels = 1; /* is not about it */
    infer_request r = REQUEST(TENSOR_FP32, 4, 1, 3, 4, 5);
    planned(&r, &fixed);
    r = REQUEST(TENSOR_FP32, 4, 1, 3, 2, 50);
    infer_plan plan = planned(&r, &any);
    assert_int_equal(plan.height, 2);
    assert_int_equal(plan.width, 50);
    refuse(REQUEST(TENSOR_FP32, 4, 1, 3, 1, 5), &any, "[-1,3,-1,-1]");
    refuse(REQUEST(TENSOR_FP32, 4, 1, 3, 2, 51), &any, "larger than the 100 pixels");
    refuse(REQUEST(TENSOR_FP32, 4, 1, 3, SIZE_MAX / 2, 3), &any, "larger than the 100 pixels");
}

static void files_are_elements(void **state)
{
    (void)state;
    infer_request r = REQUEST(TENSOR_BYTES, 1, 3), column = REQUEST(TENSOR_BYTES, 2, 2, 1);
    infer_plan plan = planned(&r, &model);
    assert_true(plan.has_files);
    assert_int_equal(plan.batch, 3);
    assert_int_equal(planned(&column, &model).batch, 2);
    refuse(REQUEST(TENSOR_BYTES, 0, 0), &model, "BYTES [] was sent");
    refuse(REQUEST(TENSOR_BYTES, 2, 1, 2), &model, "BYTES [1,2] was sent");
    refuse(REQUEST(TENSOR_BYTES, 1, 0), &model, "the batch has 0 pictures");
    refuse(REQUEST(TENSOR_BYTES, 1, 9), &model, "the batch has 9 pictures");
}

static void raw_bodies_are_a_tensor_or_a_file(void **state)
{
    (void)state;
    infer_request r = {.input_count = 1, .binary_output = true};
    r.inputs[0] = (infer_input){.name = "", .form = TENSOR_RAW, .size = 4 * 3 * 4 * 5};
    infer_plan plan = planned(&r, &model);
    assert_false(plan.has_files);
    assert_int_equal(plan.input.elements, 60);
    assert_int_equal(plan.batch, 1);
    assert_true(plan.outputs[0].binary);
    r.inputs[0].size++;
    plan = planned(&r, &model);
    assert_true(plan.has_files);
    assert_int_equal(plan.input.elements, 1);
    model_facts any = model;
    any.height = -1;
    r.inputs[0].size--;
    assert_true(planned(&r, &any).has_files);
}

static void names_are_those_of_the_network(void **state)
{
    (void)state;
    infer_request r = REQUEST(TENSOR_FP32, 4, 1, 3, 4, 5);
    r.output_count = 2;
    r.outputs[0] = (infer_output){"probabilities", true, 3};
    r.outputs[1] = (infer_output){"output", false, 0};
    infer_plan plan = planned(&r, &model);
    assert_int_equal(plan.output_count, 2);
    assert_string_equal(plan.outputs[0].name, "probabilities");
    assert_int_equal(plan.outputs[0].top, 3);
    r.outputs[0].name = "fc6_1";
    refuse(r, &model, "network 'net' has no output 'fc6_1'; it has 'output' and 'probabilities'");
    r.output_count = 0;
    r.inputs[0].name = "data_0";
    refuse(r, &model, "network 'net' has no input 'data_0'; it has 'input'");
    r.input_count = 2;
    refuse(r, &model, "has one input, 2 were sent");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensors_have_the_networks_shape), cmocka_unit_test(sizes_may_vary),
        cmocka_unit_test(files_are_elements), cmocka_unit_test(raw_bodies_are_a_tensor_or_a_file),
        cmocka_unit_test(names_are_those_of_the_network)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
