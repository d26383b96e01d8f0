package io.ingot.adapter.extract;

import io.ingot.error.IngotException;
import io.ingot.tensor.DType;
import java.util.List;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What to extract, and how.
 *
 * @param rank at most so many singular values per module
 * @param rankPatterns other ranks by a regular expression that ends the module's name, as in PEFT's
 *     rank_pattern; the first that fits holds
 * @param distributeScale whether both factors carry the root of the singular values; else A alone
 * @param embedLora whether embeddings and head get factors; else they are saved whole
 * @param saveModules modules, by name or last part of it, that are saved whole
 * @param excludes modules in whose name one of these is found are left out
 * @param includes when there are any, only modules in whose name one is found are taken
 * @param epsilon singular values up to this are dropped
 * @param skipUndecomposable whether tensors that are no matrices are left out
 * @param dtype of the factors
 * @param threads 0: one per processor
 */
public record ExtractOptions(
    int rank,
    SequencedMap<Pattern, Integer> rankPatterns,
    boolean distributeScale,
    boolean embedLora,
    List<String> saveModules,
    List<Pattern> excludes,
    List<Pattern> includes,
    double epsilon,
    boolean skipUndecomposable,
    DType dtype,
    int threads) {
  public ExtractOptions {
    if (rank < 1) {
      throw IngotException.usage("--rank: " + rank + " is not positive");
    }
    rankPatterns.forEach(
        (pattern, value) -> {
          if (value < 1) {
            throw IngotException.usage(
                "--rank-pattern: the rank " + value + " of '" + pattern + "' is not positive");
          }
        });
    if (!(epsilon >= 0)) {
      throw IngotException.usage("--sv-epsilon: " + epsilon + " is negative or no number");
    }
    if (dtype != DType.F32 && dtype != DType.BF16 && dtype != DType.F16) {
      throw IngotException.usage(
          "--dtype: factors are written as float32, bfloat16 or float16, not " + dtype);
    }
  }

  /** Rank that is asked for in a module. */
  int rank(String module) {
    for (var entry : rankPatterns.entrySet()) {
      if (entry.getKey().matcher(module).matches()) {
        return entry.getValue();
      }
    }
    return rank;
  }

  /** Whether include and exclude patterns let a module through. */
  boolean takes(String module) {
    boolean included =
        includes.isEmpty() || includes.stream().anyMatch(p -> p.matcher(module).find());
    return included && !excluded(module);
  }

  boolean excluded(String module) {
    return excludes.stream().anyMatch(p -> p.matcher(module).find());
  }

  boolean saves(String module) {
    return saveModules.contains(module)
        || saveModules.contains(module.substring(module.lastIndexOf('.') + 1));
  }

  /** A pattern that ends a module's name on a dot. */
  public static Pattern ending(String expression) {
    return pattern("--rank-pattern", "(.*\\.)?(" + expression + ")");
  }

  /** A pattern of the command line. */
  public static Pattern pattern(String option, String expression) {
    try {
      return Pattern.compile(expression);
    } catch (PatternSyntaxException e) {
      throw IngotException.usage(
          "%s: '%s' is no regular expression: %s"
              .formatted(option, expression, e.getDescription()));
    }
  }
}
