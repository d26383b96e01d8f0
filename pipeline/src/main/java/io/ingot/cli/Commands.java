package io.ingot.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import picocli.CommandLine;

/**
 * The commands by name, in the order of the help. Only what a command line may need is made: to
 * inspect the options of all commands takes longer than many a command.
 */
final class Commands {
  private static final SequencedMap<String, Class<?>> ALL = new LinkedHashMap<>();

  static {
    // hub
    ALL.put("pull", PullCommand.class);
    ALL.put("push", PushCommand.class);
    ALL.put("hub", HubCommand.class);
    // text
    ALL.put("tokenize", TokenizeCommand.class);
    ALL.put("chat", ChatCommand.class);
    ALL.put("data", DataCommand.class);
    ALL.put("generate", GenerateCommand.class);
    ALL.put("evaluate", EvaluateCommand.class);
    // job
    ALL.put("validate", ValidateCommand.class);
    ALL.put("plan", PlanCommand.class);
    ALL.put("schema", SchemaCommand.class);
    // run
    ALL.put("run", RunCommand.class);
    ALL.put("runs", RunsCommand.class);
    ALL.put("verify", VerifyCommand.class);
    // merge
    ALL.put("merge", MergeCommand.class);
    ALL.put("layershuffle", LayerShuffleCommand.class);
    ALL.put("moe", MoeCommand.class);
    ALL.put("adapter", AdapterCommand.class);
    ALL.put("tokensurgeon", TokenSurgeonCommand.class);
    // gguf
    ALL.put("convert", ConvertCommand.class);
    ALL.put("quantize", QuantizeCommand.class);
    ALL.put("inspect", InspectCommand.class);
    // train
    ALL.put("score", ScoreCommand.class);
    // license, card, review
    ALL.put("license", LicenseCommand.class);
    ALL.put("card", CardCommand.class);
    ALL.put("review", ReviewCommand.class);
    // about this installation
    ALL.put("doctor", DoctorCommand.class);
    ALL.put("completion", CompletionCommand.class);
  }

  private Commands() {}

  /** All commands; where the first argument names one, which is not about the others, only that. */
  static void addTo(CommandLine line, String... arguments) {
    Class<?> named = arguments.length == 0 ? null : ALL.get(arguments[0]);
    if (named == null || named == CompletionCommand.class) {
      ALL.forEach(line::addSubcommand);
    } else {
      line.addSubcommand(arguments[0], named);
    }
  }

  /** Every command by its name. */
  static Map<String, Class<?>> all() {
    return ALL;
  }
}
