/**
 * The safetensors format: a bounded reader over memory-mapped files that trusts no header, and a
 * sharded writer. Source: github.com/huggingface/safetensors, section "Format".
 */
@NullMarked
package io.ingot.safetensors;

import org.jspecify.annotations.NullMarked;
