package io.ingot.job;

import io.ingot.step.Doc;
import io.ingot.step.Exclusive;
import org.jspecify.annotations.Nullable;

/** Rows to train on or to measure with; exactly one of {@code path} and {@code hub} is not null. */
@Doc("Rows to train on or to measure with.")
@Exclusive(
    value = {"path", "hub"},
    required = true)
public record DatasetEntry(
    @Doc("File of JSON lines (or text), relative to the job file.") @Nullable String path,
    @Doc("Dataset repository ORG/NAME.") @Nullable String hub,
    @Doc("Branch, tag or commit of the repository; default: main.") @Nullable String revision,
    @Doc("Split of the repository; default: train.") @Nullable String split,
    @Doc("How a row is written; default: told from the first row.")
        @Nullable DatasetFormat format) {}
