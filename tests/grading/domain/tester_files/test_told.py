from grading.domain.tester_files.told import in_words, told_lines


class TestToldLines:
    def test_names_each_in_words(self):
        assert told_lines({"test_name": "a_b", "channel": ""}) == [("Test name", "a_b"), ("Channel", "")]


class TestInWords:
    def test_writes_the_steps_of_a_schedule_without_brackets(self):
        steps = [
            {"step": "1", "type": "4", "Time": "10000"},
            {"step": "2", "type": "1", "Stop_Volt": "42000", "Remark": None},
            {},
        ]

        assert in_words(steps) == "step 1, type 4, Time 10000; step 2, type 1, Stop Volt 42000"

    def test_leaves_text_and_numbers_as_they_are(self):
        assert (in_words("[x]"), in_words(0), in_words(None), in_words([])) == ("[x]", "0", "", "")
