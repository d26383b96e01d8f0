package io.ingot.cli;

import java.util.List;
import picocli.CommandLine.Option;

/** {@code --set KEY.PATH=VALUE}, shared by all commands that read a job. */
final class SetOption {
  @Option(
      names = "--set",
      paramLabel = "KEY.PATH=VALUE",
      description =
          "Overrides a value of the job, e.g. --set steps.tune.finetune.lora.rank=8; repeatable.")
  List<String> values = List.of();
}
