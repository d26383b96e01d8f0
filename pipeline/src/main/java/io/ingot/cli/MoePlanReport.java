package io.ingot.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.license.LicenseJson;
import io.ingot.merge.moe.MoeReport;
import java.util.ArrayList;
import java.util.List;

/** What {@code moe --plan} shows. */
record MoePlanReport(MoeReport report, MergeLicenses licenses) {
  /** One JSON document. */
  ObjectNode json() {
    ObjectNode top = JsonNodeFactory.instance.objectNode();
    top.put("architecture", report.architecture());
    top.put("gate_mode", report.gateMode());
    texts(top, "models", report.models());
    top.put("experts", report.experts());
    top.put("experts_per_token", report.expertsPerToken());
    top.put("layers", report.layers());
    top.put("tensors", report.tensors());
    top.put("parameters", report.parameters());
    top.put("active_parameters", report.activeParameters());
    top.put("disk_bytes", report.diskBytes());
    top.put("memory_bytes", report.memoryBytes());
    ArrayNode files = top.putArray("files");
    report.files().forEach(f -> files.addObject().put("name", f.name()).put("bytes", f.bytes()));
    ArrayNode outputs = top.putArray("outputs");
    for (MoeReport.OutputTensor tensor : report.outputs()) {
      ObjectNode one = outputs.addObject();
      one.put("name", tensor.name());
      one.put("dtype", tensor.dtype());
      ArrayNode shape = one.putArray("shape");
      tensor.shape().forEach(shape::add);
      one.put("model", tensor.model());
    }
    texts(top, "left_out", report.leftOut());
    texts(top, "warnings", report.warnings());
    ObjectNode license = top.putObject("license");
    license.put("blocked", licenses.verdict().blocked());
    license.set("verdict", LicenseJson.of(licenses.verdict()));
    license.set("chain", LicenseJson.of(licenses.chain()));
    return top;
  }

  private static void texts(ObjectNode top, String key, List<String> values) {
    ArrayNode array = top.putArray(key);
    values.forEach(array::add);
  }

  /** Lines for a person. */
  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add("architecture  " + report.architecture());
    lines.add("gate mode     " + report.gateMode());
    block(lines, "models", report.models());
    lines.add(
        "experts       %d in each of %d layers, %d per token"
            .formatted(report.experts(), report.layers(), report.expertsPerToken()));
    lines.add(
        "output        %s, %s parameters of which a token meets %s, %s in %s"
            .formatted(
                MergeSizes.count(report.tensors(), "tensor"),
                MergeSizes.parameters(report.parameters()),
                MergeSizes.parameters(report.activeParameters()),
                MergeSizes.bytes(report.diskBytes()),
                MergeSizes.count(report.files().size(), "file")));
    lines.add("memory        about " + MergeSizes.bytes(report.memoryBytes()));
    block(lines, "license", VerdictReport.lines("the result", licenses.verdict()));
    block(lines, "warnings", report.warnings());
    return lines;
  }

  private static void block(List<String> lines, String head, List<String> entries) {
    for (int i = 0; i < entries.size(); i++) {
      lines.add("%-14s%s".formatted(i == 0 ? head : "", entries.get(i)));
    }
  }
}
