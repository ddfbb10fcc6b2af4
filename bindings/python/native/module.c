/* SPDX-License-Identifier: MIT */
#include "native.h"

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "densenet._native",
    .m_doc = "The C library, function by function; the package densenet is what to use.",
    .m_size = -1,
};

PyMODINIT_FUNC PyInit__native(void)
{
    PyMethodDef *const tables[] = {
        messages_functions, library_functions, model_functions,   describe_functions,
        adapt_functions,    session_functions, heat_functions,    image_functions,
        dataset_functions,  loader_functions,  trainer_functions, evaluate_functions,
    };
    PyObject *module = PyModule_Create(&definition);
    for (size_t i = 0; module && i < sizeof tables / sizeof *tables; i++)
        if (PyModule_AddFunctions(module, tables[i]) < 0)
            Py_CLEAR(module);
    return module;
}
