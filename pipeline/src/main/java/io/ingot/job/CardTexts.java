package io.ingot.job;

import io.ingot.step.Doc;
import org.jspecify.annotations.Nullable;

/** What only a person can say about the model; the card takes it over word for word. */
@Doc("What only a person can say about the model.")
public record CardTexts(
    @Doc("What it is, in a sentence or two.") @Nullable String summary,
    @Doc("What it is meant for, and what not.") @Nullable String intendedUse,
    @Doc("Where it fails.") @Nullable String limitations) {}
