/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.source;

import io.github.flinkkvs.client.streams.StreamArn;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class StreamSelectorTest {

    private static final String ARN = "arn:aws:kinesisvideo:eu-west-1:1:stream/camera/7";

    private static StreamSelector selected(String prefix, String pattern) {
        return StreamSelector.selected(prefix, pattern, Map.of());
    }

    @Test
    void namesStreamsByNameOrArn() {
        StreamSelector byName = StreamSelector.named(List.of("camera"));
        StreamSelector byArn = StreamSelector.named(List.of(ARN));
        for (StreamSelector selector : List.of(byName, byArn)) {
            assertThat(selector.isNamed()).isTrue();
            assertThat(selector.contains(StreamArn.parse(ARN))).isTrue();
            // Created anew.
            assertThat(selector.contains(StreamArn.parse(ARN + "1"))).isTrue();
            assertThat(selector.contains(StreamArn.parse(ARN.replace("camera", "cam")))).isFalse();
        }
        StreamArn elsewhere = StreamArn.parse(ARN.replace("eu-west-1", "us-east-1"));
        assertThat(byArn.contains(elsewhere)).isFalse();
        StreamSelector both = StreamSelector.named(List.of("camera", elsewhere.toString()));
        assertThat(both.spelling(elsewhere.toString())).isEqualTo(elsewhere.toString());
        assertThat(both.spelling(elsewhere.withoutCreationTime())).isEqualTo(elsewhere.toString());
        assertThat(both.spelling(ARN)).isEqualTo("camera");
        assertThat(both.spelling("arn:aws:kinesisvideo:eu-west-1:1:stream/x/7")).isNull();
    }

    /** Otherwise a job that moves to another region goes on with the streams of the old one. */
    @Test
    void namesReferToOneRegion() {
        StreamArn here = StreamArn.parse(ARN);
        StreamArn elsewhere = StreamArn.parse(ARN.replace("eu-west-1", "us-east-1"));
        for (StreamSelector any :
                List.of(StreamSelector.named(List.of("camera")), selected("cam", null))) {
            StreamSelector selector = any.in("eu-west-1");
            assertThat(selector.contains(here)).isTrue();
            assertThat(selector.contains(elsewhere)).isFalse();
            assertThat(selector.withNames(Set.of("camera")).contains(elsewhere)).isFalse();
            assertThat(selector).isNotEqualTo(any);
        }
        StreamSelector byArn = StreamSelector.named(List.of(elsewhere.toString())).in("eu-west-1");
        assertThat(byArn.contains(elsewhere)).isTrue();
        assertThat(byArn.contains(here)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "a-,      ,          a-1,  true",
        "a-,      ,          b-1,  false",
        ",        a-[0-9]+,  a-12, true",
        ",        a-[0-9]+,  a-12x, false",
        ",        a-[0-9]+,  xa-12, false",
        "a-,      .*5,       a-15, true",
        "a-,      .*5,       b-15, false",
        "a-,      .*5,       a-16, false"
    })
    void selectsByPrefixAndPattern(String prefix, String pattern, String name, boolean selects) {
        StreamSelector selector = selected(prefix, pattern);
        assertThat(selector.selectsName(name)).isEqualTo(selects);
        assertThat(selector.contains(StreamArn.parse(ARN.replace("camera", name))))
                .isEqualTo(selects);
        assertThat(selector.isNamed()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "a-,   ,            a-",
        ",     a-[0-9]+,    a-",
        ",     a_B-9.*,     a_B-9",
        ",     .*,          ''",
        ",     ab?,         a",
        ",     ab*,         a",
        ",     'ab{0,2}',   a",
        ",     ab+,         ab",
        ",     ab,          ab",
        ",     ab|cd,       ''",
        ",     (ab|cd),     ''",
        ",     (?i)ab,      ''",
        ",     a\\.b,     a",
        "a,    ab-.*,       ab-",
        "abc,  a.*,         abc"
    })
    void requestsNoMoreOfTheListThanNeeded(String prefix, String pattern, String listed) {
        assertThat(selected(prefix, pattern).namePrefix()).isEqualTo(listed);
    }

    @Test
    void selectsByTags() {
        StreamSelector selector =
                StreamSelector.selected(null, null, Map.of("site", "x", "floor", "2"));
        assertThat(selector.selectsName("anything")).isTrue();
        assertThat(selector.selectsTags(Map.of("site", "x", "floor", "2", "more", "y"))).isTrue();
        assertThat(selector.selectsTags(Map.of("site", "x"))).isFalse();
        assertThat(selector.selectsTags(Map.of("site", "x", "floor", "3"))).isFalse();
        assertThat(selector.selectsTags(Map.of())).isFalse();
    }

    @Test
    void isNarrowedToNames() {
        StreamSelector named = StreamSelector.named(List.of("a", ARN, "b"));
        assertThat(named.withNames(Set.of("camera", "b", "x")).namesOrArns())
                .containsExactly(ARN, "b");
        assertThat(named.withNames(Set.of("x"))).isNull();

        StreamSelector selector = StreamSelector.selected("call-", null, Map.of("k", "v"));
        StreamSelector narrow = selector.withNames(Set.of("call-10", "call-12", "x", "no name!"));
        assertThat(narrow.selectsName("call-10")).isTrue();
        assertThat(narrow.selectsName("call-11")).isFalse();
        assertThat(narrow.tags()).isEqualTo(Map.of("k", "v"));
        assertThat(narrow.namePrefix()).isEqualTo("call-1");
        assertThat(narrow).isNotEqualTo(selector);
        assertThat(narrow.withNames(Set.of("call-10", "call-11")))
                .isEqualTo(selector.withNames(Set.of("call-10")));
        assertThat(selector.withNames(Set.of("x"))).isNull();
    }

    @Test
    void saysWhatItSelects() {
        assertThat(StreamSelector.named(List.of("a", "b"))).hasToString("a, b");
        assertThat(StreamSelector.selected("a", "a.*", Map.of("k", "v", "j", "w")))
                .hasToString("all streams with prefix a with pattern a.* with tags {j=w, k=v}");
        assertThat(selected("a", null).withNames(Set.of("ab", "aa")))
                .hasToString("all streams with prefix a named aa or ab");
    }

    /** It is part of the state of jobs, which must know a selection again after years. */
    @Test
    void aSelectionAsTextNeverChanges() {
        assertThat(
                        StreamSelector.selected("call-", "call-\\d+", Map.of("b", "2", "a", "1"))
                                .in("eu-west-1")
                                .selection())
                .isEqualTo("eu-west-1\ncall-\n{a=1, b=2}\n\ncall-\\d+");
        assertThat(selected("call-", null).withNames(Set.of("call-2", "call-1")).selection())
                .isEqualTo("\ncall-\n{}\n[call-1, call-2]\n");
    }

    @Test
    void anArnNeedsNoCreationTime() {
        String arn = "arn:aws:kinesisvideo:eu-west-1:123456789012:stream/camera-1";
        for (StreamSelector any :
                List.of(StreamSelector.named(List.of("camera-1")), selected("cam", null))) {
            assertThat(any.in("eu-west-1").contains(arn)).isTrue();
            assertThat(any.in("eu-west-1").contains(arn + "/7")).isTrue();
            assertThat(any.in("eu-west-2").contains(arn)).isFalse();
        }
    }

    @Test
    void refusesWhatNoStreamCanBe() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamSelector.named(List.of("a b")))
                .withMessageContaining("'a b' is not a name");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> selected("a b", null))
                .withMessageContaining("begins with 'a b'");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> selected("", null))
                .withMessageContaining("begins with ''");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> selected(null, "a[b"))
                .withMessageContaining("'a[b' is not a regular expression")
                .withMessageContaining("at character");
        Map<String, String> tooMany =
                IntStream.range(0, 51).boxed().collect(Collectors.toMap(i -> "k" + i, i -> "v"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StreamSelector.selected(null, null, tooMany))
                .withMessageContaining("51 tags");
        assertThat(StreamSelector.selected(null, null, Collections.emptyMap()).selectsName("a"))
                .isTrue();
    }
}
