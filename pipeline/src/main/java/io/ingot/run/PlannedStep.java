package io.ingot.run;

import java.util.SequencedMap;

/**
 * A step as the planner hands it to the engine.
 *
 * @param name unique in the run, e.g. {@code orders-lora} or {@code pull:base}
 * @param kind the kind that does it
 * @param version version of the kind, part of the cache key
 * @param pure whether the cache may answer
 * @param pool what it competes for: {@code cpu}, {@code gpu} or {@code io}
 * @param parametersJson canonical JSON (sorted keys, no white space), part of the cache key
 * @param inputs by role; edges of the DAG follow from {@link InputRef.Output}
 */
public record PlannedStep(
    String name,
    String kind,
    int version,
    boolean pure,
    String pool,
    String parametersJson,
    SequencedMap<String, InputRef> inputs) {}
