package io.ingot.cli;

import io.ingot.merge.MergeChain.Made;
import io.ingot.merge.MergeChain.Planned;
import io.ingot.merge.MergeSummary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/** What {@code merge} shows of a recipe with several documents. */
record ChainListing(Console console, ChainInputs inputs) {

  void planned(List<Planned> documents) {
    List<Object> entries = new ArrayList<>();
    for (Planned planned : documents) {
      String name = planned.document().name().orElse("");
      Optional<MergePlanReport> report =
          planned
              .report()
              .map(r -> new MergePlanReport(r, Optional.of(inputs.licenses(planned.document()))));
      Map<String, Object> entry = new LinkedHashMap<>();
      if (!name.isEmpty()) {
        entry.put("name", name);
      }
      entry.put("kept", planned.kept());
      entry.put("needs", planned.document().uses());
      report.ifPresent(r -> entry.put("plan", r.json()));
      entries.add(entry);
      if (!console.json()) {
        console.result(
            "document      "
                + (name.isEmpty() ? "(no name)" : name)
                + (planned.kept() ? ", is there already" : ""));
        report
            .map(MergePlanReport::lines)
            .orElse(
                List.of(
                    "Not planned: it needs "
                        + String.join(", ", planned.document().uses())
                        + ", and not all of that can be made."))
            .forEach(console::result);
      }
    }
    if (console.json()) {
      console.result(Map.of("documents", entries));
    }
  }

  /**
   * Results that only others needed are deleted by now.
   *
   * @param print shows the summary of one document as text
   */
  void made(List<Made> documents, BiConsumer<Path, MergeSummary> print) {
    List<Object> entries = new ArrayList<>();
    for (Made made : documents) {
      if (console.json()) {
        entries.add(json(made));
      } else if (made.summary().isEmpty()) {
        console.result(made.folder() + ": was there already");
      } else if (Files.exists(made.folder())) {
        print.accept(made.folder(), made.summary().get());
      } else {
        console.result(
            "%s: %d tensors, used and deleted"
                .formatted(made.name().orElse(""), made.summary().get().tensors()));
      }
    }
    if (console.json()) {
      console.result(Map.of("documents", entries));
    }
  }

  private static Map<String, Object> json(Made made) {
    boolean there = Files.exists(made.folder());
    Map<String, Object> entry = new LinkedHashMap<>();
    made.name().ifPresent(name -> entry.put("name", name));
    entry.put("kept", made.summary().isEmpty());
    entry.put("deleted", !there);
    if (there) {
      entry.put("out", made.folder().toString());
      made.summary()
          .ifPresent(
              summary ->
                  entry.put("summary", MergeSummaryReport.of(made.folder(), summary).json()));
    }
    return entry;
  }
}
