package sim

import "truce"

// tongue is the language in which an office writes.
func (o Office) tongue() string {
	switch o.Body {
	case posts, russia.Body:
		return "ru"
	case syrianLiaison.Body, southernLiaison.Body, jordan.Body:
		return "ar"
	}
	if o == daraa || o == suwayda {
		return "ar"
	}
	return "en"
}

// says gives a text as an office writes it; in English where nobody of its language says it here.
func (o Office) says(english string) string {
	if s := (map[string]string{"ar": tongues[english].AR, "ru": tongues[english].RU})[o.tongue()]; s != "" {
		return s
	}
	return english
}

// tongues are the texts of those who do not write in English, by the English that stands where they say them.
var tongues = map[string]truce.Words{
	// Of those who report.
	"heard from the post, direction by ear":       {AR: "سُمع من النقطة، والاتجاه بالسمع", RU: "слышно с поста, направление на слух"},
	"dust seen after the impact":                  {AR: "شوهد الغبار بعد سقوط القذيفة", RU: "после разрыва видна пыль"},
	"residents say the same":                      {AR: "الأهالي يقولون الشيء نفسه", RU: "местные жители говорят то же"},
	"no line of sight":                            {AR: "لا رؤية مباشرة", RU: "прямой видимости нет"},
	"patrol on the usual roads":                   {AR: "دورية على الطرق المعتادة", RU: "патруль по обычным дорогам"},
	"lorries at the crossing of the line":         {AR: "شاحنات عند معبر الخط", RU: "грузовики у пункта пропуска на линии"},
	"turned back at a checkpoint":                 {AR: "أُعيد الفريق عند حاجز", RU: "группу развернули на блокпосту"},
	"the drone lost its signal":                   {AR: "فقدت الطائرة المسيّرة الإشارة", RU: "беспилотник потерял сигнал"},
	"told to wait for an order that did not come": {AR: "طُلب من الفريق انتظار أمر لم يأتِ", RU: "велено ждать распоряжения, которое не поступило"},
	"as our units tell us":                        {AR: "كما أبلغتنا وحداتنا"},
	"Shelling from the government side into the eastern quarters, seen and heard by the team.": {AR: "قصف من الجانب الحكومي على الأحياء الشرقية، رآه الفريق وسمعه."},
	"Mortar rounds on a checkpoint of ours.":                                                   {AR: "قذائف هاون على حاجز لنا.", RU: "Миномётный обстрел блокпоста."},
	"A height was taken that lay on our side of the line.":                                     {AR: "جرت السيطرة على تلة تقع في جانبنا من الخط.", RU: "Занята высота, лежавшая по другую сторону линии."},
	"A convoy with medical aid was turned back.":                                               {AR: "أُعيدت قافلة تحمل مساعدات طبية."},
	"Local fighters under foreign command, close to the line.":                                 {AR: "مقاتلون محليون بقيادة أجنبية قرب الخط."},
	"A listening post of a foreign service inside the band.":                                   {RU: "Пост прослушивания иностранной службы внутри полосы."},
	"Rockets from an orchard towards the barracks.":                                            {AR: "صواريخ من بستان باتجاه الثكنة."},
	"Lorries waited for two days at the crossing of the line.":                                 {RU: "Грузовики двое суток ждали у пункта пропуска на линии."},
	// In cases.
	"The road is closed; nobody says until when.":                                           {AR: "الطريق مغلق، ولا أحد يقول إلى متى.", RU: "Дорога закрыта; до какого времени, не сообщают."},
	"We have asked the unit; it says that it answered fire.":                                {AR: "سألنا الوحدة، وهي تقول إنها ردّت على مصدر النيران.", RU: "Мы запросили подразделение: по его словам, оно вело ответный огонь."},
	"We do not dispute that it happened. We dispute that it is what the article speaks of.": {AR: "لا ننازع في وقوع الأمر، بل في أنه مما تتحدث عنه المادة.", RU: "Мы не оспариваем, что это произошло. Мы оспариваем, что статья говорит об этом."},
	"This was not ours.": {AR: "لم يصدر هذا عن قواتنا.", RU: "Это были не наши силы."},
	"The unit was there before the memorandum and will be moved.":      {AR: "كانت الوحدة هناك قبل المذكرة وستُنقل.", RU: "Подразделение находилось там до меморандума и будет переведено."},
	"By our reading of the term this unit is not meant.":               {AR: "بحسب قراءتنا للمصطلح، هذه الوحدة غير مقصودة.", RU: "При нашем прочтении термина это подразделение не имеется в виду."},
	"The finding rests on a reading of the term that we do not share.": {AR: "تقوم النتيجة على قراءة للمصطلح لا نأخذ بها.", RU: "Вывод основан на прочтении термина, которого мы не разделяем."},
	"The unit was withdrawn and its commander was told.":               {AR: "سُحبت الوحدة وأُبلغ قائدها.", RU: "Подразделение отведено, его командиру указано."},
	// Statements.
	"Our units hold the positions of the ninth of July and report every movement towards them.": {AR: "تلتزم وحداتنا بمواقع التاسع من تموز، وتبلّغ عن كل حركة باتجاهها."},
	"Lorries are let through when their lists came a day before.":                               {AR: "يُسمح بمرور الشاحنات إذا وصلت قوائمها قبل يوم."},
	"The movements towards the line were a rotation and ended on the same day.":                 {RU: "Передвижения в сторону линии были ротацией и завершились в тот же день."},
	"The nights of the last week were the quietest since the beginning.":                        {AR: "كانت ليالي الأسبوع الماضي الأهدأ منذ البداية."},
	// Questions, answers and notices.
	"When will the units named in article 3 have left the band?":  {AR: "متى تكون الوحدات المذكورة في المادة 3 قد غادرت الحزام؟"},
	"They are leaving. A date is not in the text.":                {RU: "Они выводятся. Срока в тексте нет."},
	"All ten, and both search points.":                            {RU: "Все десять, а также оба поисковых пункта."},
	"What is done against the listed groups in the basin?":        {RU: "Что делается против перечисленных групп в бассейне?"},
	"The factions there are in contact with us every day.":        {AR: "الفصائل هناك على تواصل معنا كل يوم."},
	"Who commands the local group west of Izraa?":                 {AR: "من يقود المجموعة المحلية غرب إزرع؟"},
	"Which convoys are planned for the coming week?":              {AR: "ما القوافل المقررة للأسبوع القادم؟"},
	"Three, on Monday, Wednesday and Saturday.":                   {AR: "ثلاث، أيام الاثنين والأربعاء والسبت."},
	"May the team see the storage site again without notice?":     {AR: "هل يمكن للفريق أن يرى موقع التخزين مرة أخرى دون إخطار؟"},
	"Which faction held the orchard at that hour?":                {RU: "Какая группировка удерживала сад в тот час?"},
	"Rotation of a company to the barracks, six lorries, by day.": {AR: "تبديل سرية في الثكنة، ست شاحنات، نهارًا."},
	"Transport of wounded to the border, two cars.":               {AR: "نقل جرحى إلى الحدود، سيارتان."},
	"An exercise with live rounds on the range.":                  {AR: "تدريب بالذخيرة الحية في حقل الرماية."},
	"The range lies inside the band.":                             {AR: "يقع حقل الرماية داخل الحزام."},
	"Engineers repair the road, ten vehicles.":                    {AR: "وحدة هندسية تصلح الطريق، عشر آليات."},
	"Units change over at the northern positions.":                {AR: "تبديل الوحدات في المواقع الشمالية."},
	"Supply of the observation posts, four lorries.":              {RU: "Снабжение наблюдательных постов, четыре грузовика."},
	"as shown on the map of the operations room":                  {AR: "كما هو مبيّن على خريطة غرفة العمليات", RU: "как показано на карте оперативного центра"},
	"What was the column of this morning?":                        {AR: "ما الرتل الذي شوهد هذا الصباح؟"},
	"Who held the hill in the last hour?":                         {AR: "من كان يسيطر على التلة في الساعة الأخيرة؟"},
	"It is being asked; an answer follows within the day.":        {AR: "نسأل عن ذلك، ويأتي الجواب خلال اليوم.", RU: "Выясняем; ответ поступит в течение дня."},
}
