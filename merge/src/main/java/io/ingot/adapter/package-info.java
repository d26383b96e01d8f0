/**
 * PEFT adapters: their files, and how they fold into the weights of a base. LoRA (arXiv
 * 2106.09685), rsLoRA (2312.03732) and DoRA (2402.09353).
 */
@NullMarked
package io.ingot.adapter;

import org.jspecify.annotations.NullMarked;
