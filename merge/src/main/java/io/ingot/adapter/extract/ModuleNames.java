package io.ingot.adapter.extract;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Names for PEFT's target_modules and modules_to_save that fit exactly the modules that are meant:
 * the last part of a name where every module that ends so is meant, the full name elsewhere.
 *
 * @param all names of all modules of the base, containers included
 */
record ModuleNames(Set<String> all) {

  /** Modules of these tensors, and what contains them. */
  static ModuleNames ofTensors(Collection<String> tensors) {
    Set<String> all = new TreeSet<>();
    for (String tensor : tensors) {
      for (int dot = tensor.lastIndexOf('.'); dot > 0; dot = tensor.lastIndexOf('.', dot - 1)) {
        all.add(tensor.substring(0, dot));
      }
    }
    return new ModuleNames(all);
  }

  /** For target_modules: PEFT compares the whole name, or its end after a dot. */
  List<String> targets(Collection<String> meant) {
    return shortest(meant, false);
  }

  /** For modules_to_save: PEFT compares the end of the name, even within a part of it. */
  List<String> saved(Collection<String> meant) {
    return shortest(meant, true);
  }

  private List<String> shortest(Collection<String> meant, boolean withinParts) {
    Set<String> names = new LinkedHashSet<>();
    Set<String> wanted = Set.copyOf(meant);
    for (String module : meant) {
      String last = last(module);
      boolean exact =
          !last.matches("\\d+")
              && all.stream()
                  .filter(m -> withinParts ? m.endsWith(last) : last(m).equals(last))
                  .allMatch(m -> wanted.contains(m) && last(m).equals(last));
      names.add(exact ? last : module);
    }
    return List.copyOf(names);
  }

  private static String last(String module) {
    return module.substring(module.lastIndexOf('.') + 1);
  }
}
