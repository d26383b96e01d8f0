package io.ingot.step.quantize;

import io.ingot.step.Doc;
import io.ingot.step.Planned;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which GGUF files to write; the model is an input of the step. */
public record QuantizeParameters(
    @Doc("Types as llama-quantize names them: F32, F16, BF16, Q8_0, Q4_K_M, ...")
        List<String> types,
    @Doc("Name of the pre-tokenizer, where llama.cpp's table does not know it.")
        @Nullable String pre,
    @Doc("Name of the model, with which the names of the files begin.") @Planned
        @Nullable String name) {}
