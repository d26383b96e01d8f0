package io.ingot.train.adapter;

import io.ingot.error.IngotException;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Chooses linear modules by name, as PEFT's {@code target_modules} does. */
public sealed interface ModuleSelector {
  /** Whether the module is chosen. */
  boolean matches(String module);

  /** Every linear module but the output embedding. */
  record AllLinear() implements ModuleSelector {
    @Override
    public boolean matches(String module) {
      return !module.equals("lm_head") && !module.endsWith(".lm_head");
    }
  }

  /** Modules whose name is an entry or ends in one after a dot. */
  record Names(List<String> names) implements ModuleSelector {
    public Names {
      names = List.copyOf(names);
    }

    @Override
    public boolean matches(String module) {
      return names.stream().anyMatch(n -> module.equals(n) || module.endsWith("." + n));
    }
  }

  /** Modules whose whole name matches a regular expression. */
  record Expression(Pattern pattern) implements ModuleSelector {
    @Override
    public boolean matches(String module) {
      return pattern.matcher(module).matches();
    }
  }

  /** {@code all-linear} or a regular expression. */
  static ModuleSelector of(String text) {
    if (text.equals("all-linear")) {
      return new AllLinear();
    }
    try {
      return new Expression(Pattern.compile(text));
    } catch (PatternSyntaxException e) {
      throw IngotException.invalid(
          "lora targets '" + text + "' is no regular expression: " + e.getDescription());
    }
  }
}
