package io.ingot.train.adapter;

import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.error.IngotException;
import io.ingot.safetensors.SafetensorsWriter;
import io.ingot.tensor.TensorInfo;
import io.ingot.train.adapter.LoraAdapter.Parameter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Writes an adapter as PEFT does: {@code adapter_config.json} with sorted keys and {@code
 * adapter_model.safetensors}, fp32. The variants' blocks that PEFT adds are left out, as older
 * loaders refuse them.
 */
public final class PeftFiles {
  private static final ObjectMapper JSON = new ObjectMapper();

  private PeftFiles() {}

  /** The configuration of a new adapter. */
  public static ObjectNode config(LoraSettings settings, LoraAdapter adapter, Set<String> linears) {
    ObjectNode node = JSON.createObjectNode();
    node.set("alpha_pattern", JSON.valueToTree(settings.alphaPattern()));
    node.putNull("auto_mapping");
    node.putNull("base_model_name_or_path");
    node.put("bias", "none");
    node.putNull("exclude_modules");
    node.put("fan_in_fan_out", false);
    node.put("inference_mode", true);
    switch (settings.start()) {
      case KAIMING -> node.put("init_lora_weights", true);
      case GAUSSIAN -> node.put("init_lora_weights", "gaussian");
      case RANDOM -> node.put("init_lora_weights", false);
    }
    node.putNull("layer_replication");
    node.putNull("layers_pattern");
    node.putNull("layers_to_transform");
    node.putObject("loftq_config");
    node.set("lora_alpha", number(settings.alpha()));
    node.put("lora_bias", false);
    node.put("lora_dropout", settings.dropout());
    node.putNull("megatron_config");
    node.put("megatron_core", "megatron.core");
    node.putNull("modules_to_save");
    node.put("peft_type", "LORA");
    node.put("r", settings.rank());
    node.set("rank_pattern", JSON.valueToTree(settings.rankPattern()));
    node.putNull("revision");
    node.set("target_modules", targets(modules(adapter), linears));
    node.put("task_type", "CAUSAL_LM");
    node.put("use_dora", settings.dora());
    node.put("use_rslora", settings.rankStabilized());
    return node;
  }

  /** PEFT writes whole alphas as whole numbers. */
  private static com.fasterxml.jackson.databind.node.NumericNode number(double value) {
    JsonNodeFactory factory = JSON.getNodeFactory();
    return value == Math.rint(value) ? factory.numberNode((long) value) : factory.numberNode(value);
  }

  private static Set<String> modules(LoraAdapter adapter) {
    return adapter.parameters().stream()
        .map(Parameter::name)
        .map(n -> n.substring("base_model.model.".length(), n.indexOf(".lora_")))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** Last parts of the names where they choose the same modules, else whole names; sorted. */
  private static ArrayNode targets(Set<String> chosen, Collection<String> linears) {
    List<String> lasts =
        chosen.stream().map(n -> n.substring(n.lastIndexOf('.') + 1)).distinct().sorted().toList();
    ModuleSelector byLast = new ModuleSelector.Names(lasts);
    boolean same = linears.stream().filter(byLast::matches).allMatch(chosen::contains);
    ArrayNode list = JSON.createArrayNode();
    (same ? lasts : chosen).forEach(list::add);
    return list;
  }

  /**
   * Writes both files.
   *
   * @param config of the adapter; keys are sorted here
   */
  public static void write(Path folder, ObjectNode config, LoraAdapter adapter) {
    Map<String, Parameter> byName = new TreeMap<>();
    adapter.parameters().forEach(p -> byName.put(p.name(), p));
    Function<TensorInfo, MemorySegment> data =
        info -> {
          Parameter parameter = byName.get(info.name());
          if (parameter == null) {
            throw new IllegalStateException(info.name());
          }
          return MemorySegment.ofBuffer(parameter.value().toByteBuffer());
        };
    SafetensorsWriter.write(
        folder.resolve("adapter_model.safetensors"),
        byName.values().stream().map(Parameter::info).toList(),
        Map.of("format", "pt"),
        data);
    Map<String, Object> sorted = new TreeMap<>();
    config.properties().forEach(e -> sorted.put(e.getKey(), e.getValue()));
    sorted.put("inference_mode", true);
    DefaultPrettyPrinter printer = new DefaultPrettyPrinter();
    printer.indentArraysWith(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);
    Path file = folder.resolve("adapter_config.json");
    try {
      Files.writeString(file, JSON.writer(printer).writeValueAsString(sorted) + "\n");
    } catch (IOException e) {
      throw IngotException.failed("cannot write " + file + ": " + e.getMessage());
    }
  }
}
