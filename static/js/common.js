// The first of the common passwords that the server refuses; provider/risk/common.NOTICE.txt says whence.
export default new Set(`
123456 123456789 password qwerty 12345678 111111 12345 abc123 1234 1234567 password1 dragon 1234567890 123123 baseball 000000 iloveyou football monkey
1q2w3e4r5t letmein qwertyuiop shadow 123 master 696969 mustang 123456a 666666 654321 123321 1qaz2wsx pussy 121212 superman myspace1 homelesspa 123qwe
7777777 a123456 fuckyou 1q2w3e4r qazwsx 123abc jordan qwe123 qwerty123 killer 987654321 trustno1 target123 hunter zxcvbnm harley tinkle qwerty1 asdfgh
222222 buster 1g2w3e4r batman gwerty soccer zag12wsx tigger gwerty123 charlie 555555 sunshine asdfghjkl fuckme 112233 ranger 1q2w3e hockey computer
123123123 starwars princess asshole pepper 12345a klaster 159753 ashley zxcvbn michael freedom 1234qwer maggie pass aaaaaa ginger iloveyou1 11111111
fuckyou1 131313 789456123 fuck daniel love cheese 777777 123654 summer 11111 chelsea princess1 dallas 999999 biteme abcd1234 matrix yankees passer2009
6969 corvette austin 888888 access thunder football1 merlin love123 secret jordan23 diamond jessica hello 12qwaszx hammer fucker monkey1 silver a12345
gfhjkm 123456789a internet samantha asd123 golfer asdf scooter samsung test orange azerty cookie q1w2e3r4t5 q1w2e3r4t5y6 maverick sparky 88888888
phoenix fqrg7cs493 mickey michael1 bigdog jesus1 snoopy blink182 guitar 789456 whatever qwer1234 chicken linkedin camaro babygirl1 mercedes thomas
peanut q1w2e3r4 ferrari status falcon michelle cowboy liverpool welcome nicole sexy 333333 asdasd steelers qwert smokey j38ifubn dakota arsenal 987654
boomer 0123456789 eagles lovely tigers 0 marina andrew nascar booboo joshua gateway anthony yellow hello1 porsche justin monster angel1 spider diablo
hannah iloveyou2 bulldog 1111111 junior 1111 london jennifer purple naruto compaq lakers iceman 159357 hardcore babygirl cowboys 147258369 money
pokemon banana 101010 ncc1701 bitch1 boston jessica1 tennis robert 0987654321 coffee 102030 scooby parola nikita 5201314 yamaha fuckyou2 mother barney
loveme brandy 123456q chester fuckoff oliver anthony1 player apple forever qazwsxedc rangers money1 midnight chicago matthew bigdaddy redsox baseball1
angel 1111111111 badboy andrea fender jasper basketball slayer rabbit passw0rd natasha soccer1 marine abc bigdick iloveu wizard marlboro george
raiders friends prince william casper fishing amanda flower jasmine iwantu chocolate panties asdf1234 adidas qwerty12 winter number1 winner gandalf
enter charlie1 ghbdtn pakistan golden superman1 cocacola asshole1 butterfly winston 147258 madison angels 010203 panther 1 blowme sexsex qweqwe
bigtits fuk19600 spanky 12341234 bitch sophie sunshine1 asdfasdf horny alexander thx1138 toyota tiger 1qaz2wsx3edc dick 29rsavoy canada 3rjs1la7qe
12344321 ashley1 blowjob 8675309 xbox360 muffin q1w2e3 liverpoo 00000000 apples family 666 ! joseph loveyou slipknot qazxsw scorpion 50cent qwaszx
butter 212121 startrek qweasdzxc rainbow martin 1qazxsw2 razz hello123 newyork user redskins lol123 gemini google cameron password12 florida password2
111222 turtle patrick sierra shadow1 viking jordan1 booger butthead doctor abcdef rocket mylove nicole1 dolphins captain taylor bandit brandon jaguar
232323 packers pookie peaches love12 brandon1 dolphin helpme 12345q blue vqsablpzla theman myspace maxwell qwertyui qweasd shithead chris1 lovers
maddog giants jonathan nirvana school metallic melissa hotdog eminem rosebud 1234561 mountain warrior stupid 1234567891 elephant richard suckit
success 12345qwert bond007 jackass alexis bailey porn cjmasterinf lucky 12345678910 scorpio a123456789 samson christian yuantuo2012 rush2112 1342
driver sojdlg123aljg freddy victoria sydney 147852 gators matthew1 dexter red123 290966 456789 wall.e bubba 12413 creative million2 voodoo tudelft
golf benjamin trouble diosesfiel america dpbk1234 nissan gunner pe#5gz29ptzmse garfield abcdefg bullshit u38fa39 asdfghjk dragon1 5150 sandra fucking
happy1 apollo asdasd5 123654789 2112 444444 elizabeth legend airborne bear beavis angela brooklyn samuel godzilla qqqqqq skippy qwertyu 4815162342
amanda1 buddy barcelona zaq12wsx kitten computer1 magic shelby beaver michelle1 phantom william1 xavier nathan braves 55555 darkness 11223344 copper
carlos platinum antonio welcome1 tomcat 123789 01012011 0000 girls gabriel bigboy !~!1 animal justin1 police killer1 online lucky1 jasmine1 voyager
bubbles lifehack hunter1 fish jackson sniper purple1 315475 morgan trinity blazer heaven andrew1 lover daniel1 snowball hottie1 playboy liverpool1
hooters cricket vanessa willow metallica donkey topgun nintendo xxxxxx saturn mommy1 destiny chicken1 252525 pumpkin 87654321 digital jesus sergey
james1 redwings spiderman explorer tits lauren private null runner 0000000000 therock guinness 456123 lasvegas steven beatles 147852369 tinkerbell
fire cassie christin qwerty12345 robert1 celtic pokemon1 andrey butterfly1 broncos buddy1 007007 nicholas eclipse 123qweasd fluffy danielle cartman
0123456 michigan carolina 1234554321 testing alexande hannah1 birdie pantera juventus cherry rachel vampire chelsea1 mexico cookie1 dickhead
chocolate1 buffalo genius a838hfid montana 1234567a beer 142536 minecraft monica maximus loveme1 flyers stella a1b2c3 stalker freedom1 zzzzzz doggie
america1 snickers 00000 speedy 741852963 bronco 999999999 paradise jennifer1 yankee 111222tianya horses 1234abcd magnum dreams victor 123asd lacrosse
ronaldo ou812 goober taylor1 enigma scotty pimpin heather bollocks madison1 surfer cock 7654321 poohbear david1 genesis 1password star joshua1
november buster1 racing daddy1 hawaii a eagle1 poop viper samantha1 poopoo elizabeth1 einstein mustang1 boobies edward bitches password123 drowssap
zxc123 simple qaz123 badger diamond1 alaska lovely1 action myspace123 jester qqww1122 drummer whatever1 family1 spitfire valentina forest friend
maryjane sweety champion tigger1 diesel exigent svetlana music1 friday nothing hotrod harley1 chevy hellokitty westside thomas1 security super123
1q2w3e4r5t6y badass hahaha tester a1b2c3d4 shorty startfinding thumper cheese1 hitman n0=acc3ss mozart david 098765 boobs spongebob1 reddog alexandra
lizard olivia december sabrina ruslan mynoob eagle dennis 1232323q scarface patricia barbie friends1 buddha johnny porno summer1 420420 music spirit
loulou nicolas stargate pretty qwert1 maggie1 mercury charles liberty mexico1 semperfi lover1 suzuki 123456m popcorn spooky marley 123hfjdk147
scotland rebecca kitty beautiful cherokee vikings simpsons 123456789q rascal batman1 vincent hummer jeremy patches master1 russia heather1 jupiter
sebastian penguin iloveu2 passion cumshot sexy123 vfhbyf pepper1 honda vladimir 852456 sandman i passport raider caroline bastard weed420 infinity
yankees1 assman bulldogs fantasy 124578 sucker tweety bubbles1 horney fuckoff1 domino budlight peanut1 disney patrick1 ironman pussy1 usuckballz1
lalala softball louise brutus redrum bigred lovelove mnbvcxz p fktrcfylh cowboys1 karina veronica marines digger yagjecc826 kawasaki adrian cougar
naruto1 fireman iw14fi9j oksana monday september cunt justice nigger mother1 super loser1 wildcats melissa1 tinker 135790 logitech dancer jessie
swordfis crystal avalon chris everton alexander1 alexandr motorola patriots hentai spongebob madonna 123456s 1a2b3c ducati raiders1 colorado 12121212
connor qazwsx123 246810 galore stephanie smooth shannon freeuser james warcraft zxcvbnm1 boogie iloveyou! titanic k.: wolverin sakura elizabet arizona
precious valentin saints 134679 asdfg a1234567 accord test123 555666 christ manchester yfnfif 202020 stinky 159951 slut jackie spiderma cristina
naughty jackson1 chopper ginger1 aa123456 ncc1701d daniela extreme skyline 123456j zombie rocky1 pearljam yellow1 froggy alex awesome newyork1 vision
cooper pirate 753951 fylhtq apple1 dreamer asdfghjkl1 bullet flower1 predator sammy1 empire 123123a 010101 kirill 123456b richard1 panthers flowers
penis monster1 skipper destiny1 nemesis rasdzv3 blessed1 peekaboo beauty rolltide slipknot1 cardinal psycho emmanuel danger mookie spiderman1 nigger1
wanker chevelle manutd goblue 9379992 tiffany hobbes 741852 vegeta charlotte fyfcnfcbz baby123 picard onelove windows loverboy tiger1 victory vfrcbv
iloveu1 bambam joseph1 serega beautiful1 hotmail turkey mickey1 brittany galina asdf123 hiphop murphy rooster sayang changeme berlin taurus manuel
suckme kristina polina electric avatar 3odi15ngxb 111 maksim 1314520 raptor hottie alpha1 421uiopy258 hendrix stupid1 newport aaaaa bigcock carmen
brazil qazqaz spring austin1 madmax doudou alpha scooter1 britney lastfm sublime darkside 1a2b3c4d bigman wolfpack 151515 classic 0000000 hercules
booboo1 claudia letmein1 kitty1 m123456 isabella blizzard pimpin1 fuckme1 cheyenne august cjkysirj october badoo wombat bubba1 orange1 pandora holiday
bailey1 wildcat 9876543210 devils 123456abc horse myspace2 alabama green1 aaaa caesar 12345678a 12312 kimberly crazy1 bondage angelo pussycat qwert123
pickle 1029384756 shaggy catch22 123456d leather chronic 456456 admin q123456 qqq111 happy black1 airplane kodiak freepass billybob sunset tyler1
katana albert phpbb soleil chocolat guitar1 snowman 1122334455 blessed stingray krishna firebird junior1 wolves alyssa zeppelin shorty1 detroit
forever1 pontiac lucky7 gundam panzer vagina icecream outlaw redhead cameron1 tarheels greenday 963852741 nastya california 01011980 metallica1 hardon
samsung1 engineer 1v7upjw3nt melanie hellfire brittany1 serenity bismillah cobra babyboy1 fireball fucker1 lickme qwerty123456 darkstar christian1
01011 iloveme flash danielle1 leonardo strike pavilion 01012000 christine bobafett dbrnjhbz woaini bigmac j123456 bowling gangsta1 password! ytrewq
miguel natali pyramid arsenal1 rulez love13 smokey1 dodgers swordfish apache 951753 swimming uqa9ebw445 whynot teens pass123 trooper fucku2 fuckit
defender denise iloveyou12 asdfgh1 packard weasel fernando popeye q12345 lucifer qwerty1234 cancer 54321 raven presario george1 viktor : rockstar
francis blonde wutang twilight spike pimp atlanta 7758521 airforce secret1 thailand pretty1 casino martina lennon mouse player1 hacker lauren1
bluebird 141414 hawkeye natalie barbara theone jason1 catfish s123456 sailor sz9kqcctwy goldfish molly1 nfnmzyf dolphin1 tattoo pervert maxima nipples
chivas1 machine abc123456 trucks nathan1 wrangler rocks 123qwe123 tornado lights cadillac john316 bubble pegasus starwars1 madman longhorn maria
browns loveyou1 target baby 666999 321321 eatme tiffany1 microsoft fatima dilbert skater1 christia abc1234 baller angelina lesbian kobe24 shooter
d2xyw89sxj xfiles google1 seattle bonnie cthutq alexis1 amateur prelude courtney corona playboy1 freaky 123456z malibu 123qweasdzxc crystal1 assassin
school1 atlantis father integra pussies b123456 kissme lonewolf alejandro dragons marseille unicorn roberto software sweet1 bobcat stealth friendster
peewee lollipop openup srinivas sarah1 zaqwsx password3 qwerty7 shotgun lolita trigger sexy12 veronika candy1 bruins simone coyote jonathan1 babydoll
joker 786786 dollar alicia lestat honey nicholas1 random angel123 wordpass jackass1 smiley 012345 snake portugal chipper woody rainbow1 samurai
poohbear1 devildog gizmo steven1 maddie soso123aljg justinbieb mistress 123456c 1234512345 flipper express hjvfirf morgan1 moose cessna iloveme1
piglet natalia polaris teacher people montreal 3d8cubaj2e cookies sweetie wolfgang 454545 scully fatboy wicked sharon balls tucker tickle shannon1
bunny dfvgbh pa55word foobar teresa transam wilson pepsi snoopy1 fetish oicu812 basketba 789789 toshiba kevin hotstuff bonjour sunday mike booty
lovers1 gambit 242424 31415926 aaaaaa1 impala blue123 stephani pamela qwe hooker remember lancer catherine knicks shamrock kenneth stinger victoria1
314159 ssssss redneck popcorn1 deftones ihateyou squirt siemens eminem1 blaster isabelle trucker hockey1 subaru renegade lakers24 ibanez seven7 manson
swinger lizottes reaper 123456k blondie marcus sarah galaxy kevin1 blahblah steelers1 enterpri love11 travel edward1 password. babylon5 indiana
skeeter p3rat54797 sugar ficken aaaaaaaa smoke bigone single sweetpea fucked blessing trfnthbyf rockstar1 marino camille escort indian smitty qazwsx1
bigfoot peaches1 babes never larisa tweety1 trumpet amber1 spartan aaa111 valera babylon florida1 asdfghj superstar love4ever bigboobs 123456t stormy
goodluck mister hamlet bella1 aardvark butterfl thunder1 marathon stephen paladin chance cavalier marvin skater 121314 indigo hornet santiago buckeyes
strawberry 01011990 happy123 indians abcdefg1 karate carlos1 hesoyam loveme2 toronto diamonds 1123581321 chiefs marie1 buckeye satan666 daisy1
highland d123456 hotsex charger abcd123 redman cutie1 passwor mmmmmm maiden z123456 drpepper qwert12345 storm arthur pornstar 1212 garden iverson3
vanessa1 pencil 123456l sherlock 234567 timber thuglife tintin insane johnson pizza jungle chester1 aragorn orlando parker hamster miller triumph
techno lollol 090909 pioneer catdog yourmom1 321654 rachel1 fktrctq christopher morpheus 141627 pascal fuckyou! azertyuiop hobbit wetpussy angelica
erotic travis consumer spencer blabla midnight1 justme 12345qwerty stones chrissy please spartak love1234 goforit burger williams pitbull babygurl1
adgjmptw monika italia ladybug hunting 5555555555 colors gracie virgin overlord asdfjkl pebbles sundance sunflower emerald doggy qwer racecar irina
5555555 element 55555555 1478963 greenday1 zipper jason alpine ryan basket sasuke goddess raymond poison m nipple zachary charles1 chichi undertaker
huskers 123698745 13579 precious1 pussys evildick 456852 ultimate a12345678 ncc1701e brooklyn1 blackie nicola dallas1 rommel tamara caserta aaaaa1
omega geronimo sweetheart 111111a trojan abc12345 money123 philips stephanie1 nugget bianca tarzan lakers1 chicks aleksandr shopping bassman lebron23
trixie emily1 winnie anakin baby12 dodger sophia bomber superfly inuyasha madness 12345t loser john fatcat lucky13 ybrbnf andrei soldier warlock
julian wrinkle1 desire sexual 22222222 babe 171717 seminole alejandr lorenzo 21212121 11235813 westham babyboy jacob1 concrete access14 weed christina
letmein2 linkinpark andrea1 naked cool christop facebook trombone nelson abcd bluesky soccer12 rhbcnbyf polniypizdec0211 qazxswedc cdtnkfyf frankie
whore january vfvjxrf titans stallion sweet truck bandit1 hansolo qq123456 blue22 123454321 smiles giovanni beagle 159159 panama hahaha1 kingkong
ricardo flatron zxcvbnm123 inferno mylove1 mongoose career121 connect johnny1 poiuyt australia snatch jerome qawsed soccer10 juice password11 jeffrey
rocker sassy1 snakes ig4abox4 turbo realmadrid bluemoon rebecca1 sex4me finger jamaica asdasdasd mulder dakota1 beetle brenda passat immortal minnie
plastic honey1 green whiskey brianna1 dietcoke qw123321 suck southside1 spunky eagles1 magic1 monitor laura cactus getmoney1 exigen francesco planet
baller1 ripper asdfg1 teen spyder zoosk claire nolimit ronaldo7 hollywoo aaa sluts k. sticky trunks bobby1 1234321 sergio 14789632 alex123 pickles
sairam sailing 123456aa bonehead savannah ghbdtnbr timothy delta 111222333 charlott scooby1 rubber 911911 1q1q1q 112358 abigail yomama katie1 hongkong
sterling jumper sophie1 ilovesex faster 123456r unreal cumming mariana memphis isabel nylons 100200 legion sebastia shalom brooke pentium geheim
jesus123 werewolf monkey123 funtime jackie1 ferret chicago1 orion courtney1 curious dancer1 bigdaddy1 niners mahalkita cantona musica sprite 520520
philly rental pirates oliver1 abgrtyu awesome1 eternity boeing love22 alberto sweets cherry1 cooldude london1 tottenha bigboy1 565656 jackoff nigga1
stocking teddybear 7895123 moomoo cat123 martini single1 biscuit 1qwerty drizzt walter colt45 black fossil banana1 makaveli c123456 snapper apple123
maria1 maniac salmon alessandro patriot gabriel1 verbatim gateway1 nasty bestfriend shasta dominic asdzxc
`.trim().split(/\s+/));
