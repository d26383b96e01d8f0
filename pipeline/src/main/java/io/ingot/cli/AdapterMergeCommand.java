package io.ingot.cli;

import io.ingot.adapter.AdaptedModel;
import io.ingot.adapter.AdapterMerge;
import io.ingot.merge.MergeOptions;
import io.ingot.merge.recipe.ModelRef;
import io.ingot.model.ModelFolder;
import io.ingot.tensor.TensorInfo;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ingot adapter merge BASE ADAPTER OUT}. */
@Command(
    name = "merge",
    description = "Folds a PEFT adapter (LoRA, rsLoRA, DoRA) into its base and writes the model.")
final class AdapterMergeCommand extends IngotCommand {
  @Parameters(index = "0", paramLabel = "BASE", description = "Folder or repository of the base.")
  String base = "";

  @Parameters(
      index = "1",
      paramLabel = "ADAPTER",
      description = "Folder or repository of the adapter.")
  String adapter = "";

  @Parameters(index = "2", paramLabel = "OUT", description = "Folder to write.")
  Path out = Path.of("");

  @Override
  public Integer call() throws InterruptedException {
    ModelLocations locations = new ModelLocations(environment(), console().progress(), false);
    Path adapterFolder = locations.locate(ModelRef.of(adapter));
    try (AdaptedModel model =
            AdaptedModel.open(
                ModelFolder.open(locations.locate(ModelRef.of(base))), adapterFolder);
        StopSignal stop = new StopSignal()) {
      ModelRef name =
          new ModelRef(base, Optional.empty(), Optional.of(ModelRef.of(adapter)), Optional.empty());
      long bytes =
          model.weights().tensors().values().stream().mapToLong(TensorInfo::byteSize).sum();
      int changed =
          DerivedFolder.write(
              out,
              Map.of(name, model),
              bytes,
              stop,
              folder ->
                  AdapterMerge.write(
                      model, folder, MergeOptions.DEFAULT_SHARD_BYTES, console().progress(), stop));
      int tensors = model.weights().tensors().size();
      if (json()) {
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("out", out.toString());
        result.put("tensors", tensors);
        result.put("changed", changed);
        console().result(result);
      } else {
        console().result("%s: %d tensors, %d of them changed".formatted(out, tensors, changed));
      }
    }
    return 0;
  }
}
