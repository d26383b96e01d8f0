package io.ingot.cli;

import io.ingot.merge.MergeChain.Made;
import io.ingot.merge.MergeChain.Planned;
import io.ingot.merge.MergeReport;
import io.ingot.merge.MergeSummary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** What {@code merge} shows of a recipe with several documents. */
record ChainListing(Console console) {

  /**
   * @param print shows the plan of one document as text
   */
  void planned(List<Planned> documents, Consumer<MergeReport> print) {
    if (!console.json()) {
      for (Planned document : documents) {
        console.result(
            "document      "
                + document.name().orElse("(no name)")
                + (document.kept() ? ", is there already" : ""));
        print.accept(document.report());
      }
      return;
    }
    List<Object> entries = new ArrayList<>();
    for (Planned document : documents) {
      Map<String, Object> entry = new LinkedHashMap<>();
      document.name().ifPresent(name -> entry.put("name", name));
      entry.put("kept", document.kept());
      entry.put("plan", new MergePlanReport(document.report(), Optional.empty()).json());
      entries.add(entry);
    }
    console.result(Map.of("documents", entries));
  }

  /**
   * @param print shows the summary of one document as text
   */
  void made(List<Made> documents, BiConsumer<Path, MergeSummary> print) {
    if (!console.json()) {
      for (Made document : documents) {
        document
            .summary()
            .ifPresentOrElse(
                summary -> print.accept(document.folder(), summary),
                () -> console.result(document.folder() + ": was there already"));
      }
      return;
    }
    List<Object> entries = new ArrayList<>();
    for (Made document : documents) {
      Map<String, Object> entry = new LinkedHashMap<>();
      document.name().ifPresent(name -> entry.put("name", name));
      entry.put("out", document.folder().toString());
      entry.put("kept", document.summary().isEmpty());
      document
          .summary()
          .ifPresent(
              summary ->
                  entry.put("summary", MergeSummaryReport.of(document.folder(), summary).json()));
      entries.add(entry);
    }
    console.result(Map.of("documents", entries));
  }
}
