package io.ingot.job;

import io.ingot.step.Doc;

/** The Hub of the job, where it is not that of the environment. */
@Doc("A Hub inside the run; without it the Hub of HF_ENDPOINT is used.")
public record HubEntry(
    @Doc("Folder whose ORG/NAME folders it serves, relative to the job file.") String embedded) {}
