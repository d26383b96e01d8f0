package io.ingot.job;

import io.ingot.step.Doc;
import io.ingot.step.Exclusive;
import org.jspecify.annotations.Nullable;

/** A model that the job starts from; exactly one of {@code hub} and {@code path} is not null. */
@Doc("A model that the job starts from.")
@Exclusive(
    value = {"hub", "path"},
    required = true)
public record ModelEntry(
    @Doc("Repository ORG/NAME.") @Nullable String hub,
    @Doc("Branch, tag or commit of the repository; default: main.") @Nullable String revision,
    @Doc("Folder in the layout of the Hub, relative to the job file.") @Nullable String path) {}
