/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License in the file LICENSE at the
 * root of this project. Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR
 * CONDITIONS OF ANY KIND, either express or implied. See the License for the specific language
 * governing permissions and limitations under the License.
 */
package io.github.flinkkvs.testing.admin;

import io.github.flinkkvs.testing.faults.AckError;
import io.github.flinkkvs.testing.faults.Cut;
import io.github.flinkkvs.testing.faults.Fault;
import io.github.flinkkvs.testing.faults.Faults;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Faults as JSON: the field {@code fault} has the name of a method of {@link Fault}, the other
 * fields have the names of its arguments.
 */
final class FaultForms {
    private static final Map<String, Form> FORMS = new TreeMap<>();

    static {
        FORMS.put("refuse", f -> Fault.refuse(status(f)));
        FORMS.put(
                "httpError",
                f -> Fault.httpError(status(f), f.requiredText("type"), f.requiredText("message")));
        FORMS.put("throttle", f -> Fault.throttle());
        FORMS.put("connectionLimit", f -> Fault.connectionLimit());
        FORMS.put("internalFailure", f -> Fault.internalFailure());
        FORMS.put("expiredToken", f -> Fault.expiredToken());
        FORMS.put("invalidEndpoint", f -> Fault.invalidEndpoint());
        FORMS.put("wrongEndpoint", f -> Fault.wrongEndpoint());
        FORMS.put("resetBeforeAnswer", f -> Fault.resetBeforeAnswer());
        FORMS.put("silence", f -> Fault.silence());
        FORMS.put("delay", f -> Fault.delay(f.requiredSeconds("time")));
        FORMS.put("cutAfter", f -> Fault.cutAfter(bytes(f), f.requiredConstant("how", Cut.class)));
        FORMS.put("stallAfter", f -> Fault.stallAfter(bytes(f)));
        FORMS.put(
                "corruptAt",
                f ->
                        Fault.corruptAt(
                                f.requiredNumber("offset", 0, Integer.MAX_VALUE),
                                f.requiredBytes("bytes")));
        FORMS.put(
                "errorTag",
                f ->
                        Fault.errorTag(
                                f.requiredNumber("id", 0, Integer.MAX_VALUE),
                                f.requiredText("code"),
                                afterFragments(f)));
        FORMS.put(
                "errorAck",
                f ->
                        Fault.errorAck(
                                f.requiredConstant("error", AckError.class), afterFragments(f)));
        FORMS.put("repeatFragment", f -> Fault.repeatFragment(afterFragments(f)));
        FORMS.put("drip", FaultForms::drip);
    }

    private FaultForms() {}

    private interface Form {
        Fault read(Fields fields) throws AdminException;
    }

    /** Adds what a request describes to scripted faults. */
    static void add(Faults faults, Fields fields) throws AdminException {
        String call = fields.requiredText("call");
        boolean every = fields.flag("every", false);
        List<Fault> added = new ArrayList<>();
        for (Fields fault : fields.objects("faults")) {
            added.add(fault(fault));
        }
        fields.end();
        if (every) {
            faults.everyCall(call, added.toArray(new Fault[0]));
        } else {
            faults.nextCall(call, added.toArray(new Fault[0]));
        }
    }

    private static Fault fault(Fields fields) throws AdminException {
        String name = fields.requiredText("fault");
        Form form = FORMS.get(name);
        if (form == null) {
            throw AdminException.wrong(
                    "There is no fault '" + name + "'; there is " + FORMS.keySet());
        }
        Fault fault = form.read(fields);
        fields.end();
        return fault;
    }

    private static int status(Fields fields) throws AdminException {
        return fields.requiredNumber("status", 200, 599);
    }

    private static int bytes(Fields fields) throws AdminException {
        return fields.requiredNumber("bytes", 0, Integer.MAX_VALUE);
    }

    private static int afterFragments(Fields fields) throws AdminException {
        return fields.number("afterFragments", 0, 0, Integer.MAX_VALUE);
    }

    private static Fault drip(Fields fields) throws AdminException {
        Duration pause = fields.seconds("pause");
        return Fault.drip(
                fields.requiredNumber("bytesPerWrite", 1, Integer.MAX_VALUE),
                pause == null ? Duration.ZERO : pause);
    }
}
