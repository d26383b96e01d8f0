package io.ingot.store;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.SortedMap;

/** What a manifest says beside the files: see {@link Manifest}. */
public record Provenance(
    String kind,
    int version,
    JsonNode parameters,
    SortedMap<String, String> inputs,
    SortedMap<String, String> tools,
    double seconds) {}
