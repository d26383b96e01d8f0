package io.ingot.train.chat.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ingot.train.GoldenSet;
import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TemplateTest {
  /** What other Java engines get wrong, each of which occurs in published templates. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '`',
      value = {
        "{{ not x is defined }}@False",
        "{{ nope is not none }}@True",
        "{% set ns = namespace(i=list|length - 1) %}{{ ns.i }}@2",
        "{{ 'a<|x|>b'.split('<|x|>') }}@['a', 'b']",
        "{{ 'a.b.'.split('.') }}@['a', 'b', '']",
        "{{ list[::-1] }}@[3, 2, 1]",
        "{{ 'a' 'b' }}{{ 1 < 2 < 3 }}@abTrue",
        "{{ strftime_now is defined }}@True",
        "{{ x.type is defined }}@False",
        "{{ 'abc' is iterable }}@True",
        "{{ true }} {{ none }} {{ [true, none] }}@True None [True, None]",
        "{{ '\ud83d\ude00'|length }}@1",
        "{{ list[:ns0.i + 1] }}@[1, 2]",
        "{{ user }}@{{ 7*7 }}",
        "{% for a, b in {'k': 1}|items %}{{ a }}={{ b }}{% endfor %}@k=1",
        "{{ none|selectattr('a')|list }}@[]",
        "{{ (7).__class__ is defined }}@False"
      })
  void traps(String template, String expected) {
    assertThat(render(template)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% for i in range(1000000) %}{% endfor %}",
        "{{ 'abcdefgh' * 100000000 }}",
        "{{ 10 ** 1000000 }}",
        "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
        "{% set ns = namespace(s='xxxxxxxxxxxxxxxx') %}{% for i in range(40) %}{% set ns.s = ns.s + ns.s"
            + " %}{% endfor %}",
        "{{ 'x'.center(1000000000) }}",
        "{{ '%99999d' % 1 }}",
        "{{ 'a'|replace('a', 'b' * 1000000)|replace('b', 'c' * 1000000) }}"
      })
  void workIsBounded(String template) {
    assertThatThrownBy(() -> render(template))
        .isInstanceOfSatisfying(
            TemplateException.class,
            e -> assertThat(e.kind()).isEqualTo(TemplateException.Kind.LIMIT));
  }

  @Test
  void nestingIsBounded() {
    assertThatThrownBy(() -> Template.parse("{{ " + "(".repeat(100_000) + "1"))
        .isInstanceOf(TemplateException.class);
    assertThatThrownBy(() -> Template.parse("{% if x %}".repeat(10_000)))
        .isInstanceOf(TemplateException.class);
    String chain = "{{ 1" + " + 1".repeat(200_000) + " }}";
    assertThatThrownBy(() -> render(chain)).isInstanceOf(TemplateException.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{% include 'x' %}",
        "{% import 'x' as y %}",
        "{% extends 'x' %}",
        "{{ list.append(1) }}",
        "{{ map.update({}) }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ range.__globals__.x }}"
      })
  void nothingOutsideCanBeReached(String template) {
    assertThatThrownBy(() -> render(template)).isInstanceOf(TemplateException.class);
  }

  @Test
  void errorsTellTheLine() {
    assertThatThrownBy(() -> render("a\n{# b\n #}\n{{ nope.x }}"))
        .isInstanceOfSatisfying(TemplateException.class, e -> assertThat(e.line()).isEqualTo(4))
        .hasMessage("'nope' is undefined");
    assertThatThrownBy(() -> Template.parse("\n\n{% if x %}\n"))
        .hasMessageContaining("Jinja was looking for the following tags");
    assertThatThrownBy(() -> Template.parse("x\n{{ 1 | nofilter }}"))
        .isInstanceOfSatisfying(TemplateException.class, e -> assertThat(e.line()).isEqualTo(2));
  }

  @Test
  void spansAreKnownOnlyAtTheTop() {
    Rendering top = rendering("a{% generation %}bc{% endgeneration %}d");
    assertThat(top.spans()).containsExactly(new Rendering.Span(1, 3));
    assertThat(top.spansExact()).isTrue();
    Rendering hidden =
        rendering("{% macro m() %}x{% generation %}y{% endgeneration %}{% endmacro %}a{{ m() }}");
    assertThat(hidden.text()).isEqualTo("axy");
    assertThat(hidden.spansExact()).isFalse();
  }

  @Test
  void aLoopLooksAheadOnlyWhenAsked() {
    assertThat(
            render(
                "{% set ns = namespace(done=false) %}{% for i in list if not ns.done %}{{ i }}"
                    + "{% set ns.done = true %}{% endfor %}"))
        .isEqualTo("1");
  }

  private static String render(String template) {
    return rendering(template).text();
  }

  private static Rendering rendering(String template) {
    ObjectNode context = GoldenSet.JSON.createObjectNode();
    context.put("x", "text").put("user", "{{ 7*7 }}");
    context.putArray("list").add(1).add(2).add(3);
    context.putObject("map").put("a", 1);
    context.putObject("ns0").put("i", 1);
    return Template.parse(template).render(context, () -> LocalDateTime.of(2026, 1, 2, 3, 4));
  }
}
