package io.ingot.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.license.LicenseJson;
import io.ingot.merge.Finding;
import io.ingot.merge.Finding.Severity;
import io.ingot.merge.MergeReport;
import io.ingot.merge.MergeReport.ModelLine;
import io.ingot.merge.MergeReport.OutputFile;
import io.ingot.model.RawModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What {@code merge --plan} shows.
 *
 * @param licenses empty where they were not looked at
 */
record MergePlanReport(MergeReport report, Optional<MergeLicenses> licenses) {
  private static final int MODELS_SHOWN = 40;
  private static final int FILES_SHOWN = 12;

  /** One JSON document. */
  ObjectNode json() {
    ObjectNode top = JsonNodeFactory.instance.objectNode();
    top.put("possible", report.possible());
    top.put("method", report.method());
    top.put("architecture", report.architecture());
    ArrayNode models = top.putArray("models");
    for (ModelLine line : report.models()) {
      ObjectNode one = models.addObject();
      one.put("name", line.name());
      one.put("architecture", line.architecture());
      one.put("dtype", line.dtype());
      one.put("tensors", line.tensors());
      one.put("parameters", line.parameters());
      one.put("bytes", line.bytes());
      one.put("layers", line.layers());
      one.put("rows", line.rows());
    }
    top.put("donor", report.donor());
    top.put("tensors", report.tensors());
    top.put("parameters", report.parameters());
    ObjectNode dtypes = top.putObject("dtypes");
    report.dtypes().forEach(dtypes::put);
    top.put("read_bytes", report.readBytes());
    top.put("disk_bytes", report.diskBytes());
    top.put("free_bytes", report.freeBytes());
    top.put("memory_bytes", report.memoryBytes());
    ArrayNode files = top.putArray("files");
    report.files().forEach(f -> files.addObject().put("name", f.name()).put("bytes", f.bytes()));
    ArrayNode outputs = top.putArray("outputs");
    for (MergeReport.OutputTensor tensor : report.outputs()) {
      ObjectNode one = outputs.addObject();
      one.put("name", tensor.name());
      one.put("dtype", tensor.dtype());
      ArrayNode shape = one.putArray("shape");
      tensor.shape().forEach(shape::add);
      ArrayNode from = one.putArray("models");
      tensor.models().forEach(from::add);
    }
    ArrayNode leftovers = top.putArray("leftovers");
    report.leftovers().forEach(leftovers::add);
    ObjectNode unused = top.putObject("unused");
    report.unused().forEach((model, names) -> names.forEach(unused.withArray(model)::add));
    ArrayNode errors = top.putArray("errors");
    report.lines(Severity.ERROR).forEach(errors::add);
    ArrayNode warnings = top.putArray("warnings");
    report.lines(Severity.WARNING).forEach(warnings::add);
    ArrayNode findings = top.putArray("findings");
    report.findings().forEach(f -> findings.add(json(f)));
    licenses.ifPresent(
        l -> {
          ObjectNode license = top.putObject("license");
          license.put("blocked", l.verdict().blocked());
          license.set("verdict", LicenseJson.of(l.verdict()));
          license.set("chain", LicenseJson.of(l.chain()));
        });
    return top;
  }

  private static ObjectNode json(Finding finding) {
    ObjectNode one = JsonNodeFactory.instance.objectNode();
    one.put("severity", finding.severity().name().toLowerCase(Locale.ROOT));
    if (finding.severity() == Severity.ERROR) {
      one.put("exit_code", finding.kind().exitCode());
    }
    one.put("model", finding.model());
    one.put("tensor", finding.tensor());
    one.put("message", finding.message());
    one.put("remedy", finding.remedy());
    return one;
  }

  /** Lines for a person. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("method        " + report.method());
    if (!report.architecture().isEmpty()) {
      lines.add("architecture  " + report.architecture());
    }
    block(lines, "models", models());
    if (report.tensors() > 0) {
      if (!RawModel.isRaw(report.donor())) {
        lines.add("donor         " + report.donor() + " gives config.json and tokenizer");
      }
      output(lines);
    }
    licenses.ifPresent(
        l -> block(lines, "license", VerdictReport.lines("the result", l.verdict())));
    block(lines, "warnings", report.lines(Severity.WARNING));
    block(lines, "errors", report.lines(Severity.ERROR));
    lines.add(
        report.possible()
            ? "The merge is possible."
            : "The merge is not possible as long as there are errors.");
    return lines;
  }

  private List<String> models() {
    TextTable table =
        new TextTable("model", "architecture", "dtype", " layers", " rows", " parameters", " size");
    for (ModelLine line : report.models().stream().limit(MODELS_SHOWN).toList()) {
      table.row(
          line.name(),
          line.architecture(),
          line.dtype(),
          line.layers() == null ? "" : line.layers().toString(),
          line.rows() == null ? "" : line.rows().toString(),
          MergeSizes.parameters(line.parameters()),
          MergeSizes.bytes(line.bytes()));
    }
    return table.lines();
  }

  private void output(List<String> lines) {
    List<String> dtypes = new ArrayList<>();
    report
        .dtypes()
        .forEach(
            (type, count) -> dtypes.add(report.dtypes().size() == 1 ? type : count + " " + type));
    lines.add(
        "output        %s, %s parameters, %s, %s in %s"
            .formatted(
                MergeSizes.count(report.tensors(), "tensor"),
                MergeSizes.parameters(report.parameters()),
                String.join(", ", dtypes),
                MergeSizes.bytes(report.diskBytes()),
                MergeSizes.count(report.files().size(), "file")));
    List<String> files = new ArrayList<>();
    for (OutputFile file : report.files().stream().limit(FILES_SHOWN).toList()) {
      files.add("%s  %s".formatted(file.name(), MergeSizes.bytes(file.bytes())));
    }
    if (report.files().size() > FILES_SHOWN) {
      files.add("and " + (report.files().size() - FILES_SHOWN) + " more");
    }
    block(lines, "files", files);
    Long free = report.freeBytes();
    lines.add(
        "disk          %s needed%s"
            .formatted(
                MergeSizes.bytes(report.diskBytes()),
                free == null ? "" : ", " + MergeSizes.bytes(free) + " free"));
    lines.add(
        "memory        about %s, beside the page cache that reads %s of inputs"
            .formatted(
                MergeSizes.bytes(report.memoryBytes()), MergeSizes.bytes(report.readBytes())));
    some(lines, "not listed", "copied from the donor as they are", report.leftovers());
    report.unused().forEach((model, names) -> some(lines, "not used", "of " + model, names));
  }

  private static void some(List<String> lines, String head, String what, List<String> names) {
    if (!names.isEmpty()) {
      String more = names.size() > 3 ? " and " + (names.size() - 3) + " more" : "";
      lines.add(
          "%-14s%s %s: %s%s"
              .formatted(
                  head,
                  MergeSizes.count(names.size(), "tensor"),
                  what,
                  String.join(", ", names.subList(0, Math.min(3, names.size()))),
                  more));
    }
  }

  private static void block(List<String> lines, String head, List<String> entries) {
    for (int i = 0; i < entries.size(); i++) {
      lines.add("%-14s%s".formatted(i == 0 ? head : "", entries.get(i)));
    }
  }
}
