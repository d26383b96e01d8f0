package io.ingot.merge;

import io.ingot.merge.method.MergeMethod;
import io.ingot.merge.method.Parameter;
import io.ingot.merge.recipe.Recipe.Slice;
import io.ingot.merge.recipe.Recipe.Source;
import io.ingot.merge.recipe.Setting;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Where a parameter is looked up for a tensor: in the source of the slice that names the model,
 * then in the slice, the module, the recipe; the first that defines it counts.
 *
 * @param t place of the layer in the slice
 */
record ParameterScope(
    Slice slice, Map<String, Setting> module, Map<String, Setting> recipe, double t) {
  /** Parameters that are a share of the elements of a tensor. */
  private static final Set<String> SHARES = Set.of("density", "gamma", "select_topk");

  /** Parameters of the method, by the name of the tensor that is written. */
  Map<String, Double> ofMethod(MergeMethod method, String tensor, Findings findings) {
    Map<String, Double> values = new HashMap<>();
    for (Parameter parameter : method.parameters()) {
      if (!parameter.perModel()) {
        OptionalDouble value = find(parameter.name(), tensor, Map.of());
        put(values, parameter, value, false, tensor, "", findings);
      }
    }
    return values;
  }

  /**
   * Parameters of a model, by the name of the tensor in that model.
   *
   * @param source of the slice, or of the list of models, that names the model
   * @param exempt whether required ones may be missing, as for a base
   */
  Map<String, Double> ofModel(
      MergeMethod method, String tensor, Source source, boolean exempt, Findings findings) {
    Map<String, Double> values = new HashMap<>();
    for (Parameter parameter : method.parameters()) {
      if (parameter.perModel()) {
        OptionalDouble value = find(parameter.name(), tensor, source.parameters());
        put(values, parameter, value, exempt, tensor, source.model().toString(), findings);
      }
    }
    return values;
  }

  private static void put(
      Map<String, Double> values,
      Parameter parameter,
      OptionalDouble value,
      boolean exempt,
      String tensor,
      String model,
      Findings findings) {
    String name = parameter.name();
    if (value.isEmpty() && parameter.required() && !exempt) {
      findings.error(
          model,
          tensor,
          "parameter '" + name + "' is missing",
          model.isEmpty()
              ? "set it under 'parameters' of the recipe; one in 'parameters' of a model does not count"
              : "set it in 'parameters' of the model, or for all models under 'parameters'");
    }
    value.ifPresent(v -> values.put(name, v));
    parameter.defaultValue().ifPresent(v -> values.putIfAbsent(name, v));
    value.ifPresent(v -> check(parameter, v, tensor, model, findings));
  }

  private static void check(
      Parameter parameter, double value, String tensor, String model, Findings findings) {
    String name = parameter.name();
    if (parameter.flag() && value != 0 && value != 1) {
      findings.error(
          model,
          tensor,
          "parameter '" + name + "' must be true or false, found " + value,
          "write true or false");
    } else if (!Double.isFinite(value)) {
      findings.error(
          model,
          tensor,
          "parameter '" + name + "' is " + value + ", which would make every element so",
          "write a number");
    } else if (SHARES.contains(name) && value < 0) {
      findings.error(
          model,
          tensor,
          "parameter '" + name + "' is " + value + ", but it is a share of the elements",
          "write a number from 0 to 1");
    } else if (SHARES.contains(name) && value > 1) {
      findings.warn(
          model,
          tensor,
          "parameter '" + name + "' is " + value + ", but it is a share of the elements",
          "everything above 1 counts as 1");
    }
  }

  private OptionalDouble find(String name, String tensor, Map<String, Setting> ofModel) {
    List<Map<String, Setting>> levels = List.of(ofModel, slice.parameters(), module, recipe);
    for (Map<String, Setting> level : levels) {
      Setting setting = level.get(name);
      if (setting != null) {
        OptionalDouble value = setting.value(tensor, t);
        if (value.isPresent()) {
          return value;
        }
      }
    }
    return OptionalDouble.empty();
  }
}
