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
      Optional<String> name = planned.document().name();
      MergePlanReport report =
          new MergePlanReport(planned.report(), Optional.of(inputs.licenses(planned.document())));
      if (!console.json()) {
        console.result(
            "document      "
                + name.orElse("(no name)")
                + (planned.kept() ? ", is there already" : ""));
        report.lines().forEach(console::result);
        continue;
      }
      Map<String, Object> entry = new LinkedHashMap<>();
      name.ifPresent(n -> entry.put("name", n));
      entry.put("kept", planned.kept());
      entry.put("plan", report.json());
      entries.add(entry);
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
